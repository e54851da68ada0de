// racing_box2d.cc - racing_physics.h on Box2D 2.4.1: the bodies of Gym's CarRacing-v0.
//
// Sizes, densities and the car's odd first step (wheels are placed as if the car looked north, and the
// joints pull them in) are Gym's. Nothing here throws: Box2D reports by assert, and what reaches it is
// finite and of sound shape.
#include "racing_physics.h"

#include <box2d/box2d.h>

#include <new>
#include <optional>
#include <utility>

namespace
{

constexpr double size = 0.02; // m per unit of the drawing that the car was made from
constexpr float step_seconds = 1.0F / 50;
constexpr int velocity_iterations = 6 * 30, position_iterations = 2 * 30;
constexpr double wheel_x = 14, wheel_y = 27;
constexpr double wheel_place[RACING_N_WHEEL][2] = {
  { -55, 80 }, { 55, 80 }, { -55, -82 }, { 55, -82 }
};
constexpr float joint_limit = 0.4F;
constexpr double motor_torque = 180 * 900 * size * size;

constexpr double hull[4][8][2] = {
  { { -60, 130 }, { 60, 130 }, { 60, 110 }, { -60, 110 } },
  { { -15, 120 }, { 15, 120 }, { 20, 20 }, { -20, 20 } },
  { { 25, 20 },
    { 50, -10 },
    { 50, -40 },
    { 20, -90 },
    { -20, -90 },
    { -50, -40 },
    { -50, -10 },
    { -25, 20 } },
  { { -50, -120 }, { 50, -120 }, { 50, -90 }, { -50, -90 } },
};
constexpr int hull_corners[4] = { 4, 4, 8, 4 };

// what a body is, in its user data
constexpr uintptr_t is_hull = 1, is_wheel = 2, is_tile = is_wheel + RACING_N_WHEEL;

b2Vec2 vector(double x, double y)
{
  return { static_cast<float>(x), static_cast<float>(y) };
}

b2PolygonShape polygon(const double (*corner)[2], int n)
{
  b2Vec2 point[b2_maxPolygonVertices];
  b2PolygonShape shape;
  for (int k = 0; k < n; k++)
    point[k] = vector(corner[k][0] * size, corner[k][1] * size);
  shape.Set(point, n);
  return shape;
}

} // namespace

struct racing_physics final : b2ContactListener {
  std::optional<b2World> world;
  b2Body *hull = nullptr, *wheel[RACING_N_WHEEL] = {};
  b2RevoluteJoint *joint[RACING_N_WHEEL] = {};
  int32_t n_under[RACING_N_WHEEL] = {}; // tiles
  int32_t n_new = 0;                    // tiles visited in this step
  uint8_t *visited = nullptr, *touched = nullptr;

  void BeginContact(b2Contact *contact) override
  {
    feel(contact, 1);
  }

  void EndContact(b2Contact *contact) override
  {
    feel(contact, -1);
  }

  void feel(b2Contact *contact, int32_t change)
  {
    uintptr_t a = contact->GetFixtureA()->GetBody()->GetUserData().pointer;
    uintptr_t b = contact->GetFixtureB()->GetBody()->GetUserData().pointer;
    if (a < b)
      std::swap(a, b);
    if (a < is_tile || b >= is_tile)
      return;
    const uintptr_t tile = a - is_tile;
    touched[tile] = 1;
    if (b < is_wheel)
      return;
    n_under[b - is_wheel] += change;
    if (change > 0 && !visited[tile]) {
      visited[tile] = 1;
      n_new++;
    }
  }

  b2Body *add_body(b2BodyType type, const b2Vec2 &at, double angle, uintptr_t what)
  {
    b2BodyDef definition;
    definition.type = type;
    definition.position = at;
    definition.angle = static_cast<float>(angle);
    definition.userData.pointer = what;
    return world->CreateBody(&definition);
  }

  void add_tile(const racing_quad &quad, uintptr_t number)
  {
    b2Vec2 corner[4];
    b2PolygonShape shape;
    for (int k = 0; k < 4; k++)
      corner[k] = vector(quad.x[k], quad.y[k]);
    shape.Set(corner, 4);
    b2FixtureDef definition;
    definition.shape = &shape;
    definition.isSensor = true;
    add_body(b2_staticBody, { 0, 0 }, 0, is_tile + number)->CreateFixture(&definition);
  }

  void add_hull(double x, double y, double angle)
  {
    hull = add_body(b2_dynamicBody, vector(x, y), angle, is_hull);
    for (int part = 0; part < 4; part++) {
      const b2PolygonShape shape = polygon(::hull[part], hull_corners[part]);
      hull->CreateFixture(&shape, 1.0F);
    }
  }

  void add_wheel(unsigned k, double x, double y, double angle)
  {
    constexpr double corner[4][2] = {
      { -wheel_x, wheel_y }, { wheel_x, wheel_y }, { wheel_x, -wheel_y }, { -wheel_x, -wheel_y }
    };
    const double offset_x = wheel_place[k][0] * size, offset_y = wheel_place[k][1] * size;
    const b2PolygonShape shape = polygon(corner, 4);
    b2FixtureDef fixture;
    fixture.shape = &shape;
    fixture.density = 0.1F;
    fixture.restitution = 0;
    fixture.filter.categoryBits = 0x0020;
    fixture.filter.maskBits = 0x0001;
    wheel[k] = add_body(b2_dynamicBody, vector(x + offset_x, y + offset_y), angle, is_wheel + k);
    wheel[k]->CreateFixture(&fixture);

    b2RevoluteJointDef definition;
    definition.bodyA = hull;
    definition.bodyB = wheel[k];
    definition.localAnchorA = vector(offset_x, offset_y);
    definition.enableMotor = definition.enableLimit = true;
    definition.maxMotorTorque = static_cast<float>(motor_torque);
    definition.lowerAngle = -joint_limit;
    definition.upperAngle = joint_limit;
    joint[k] = static_cast<b2RevoluteJoint *>(world->CreateJoint(&definition));
    n_under[k] = 0;
  }
};

void racing_physics_warm(void)
{
  b2World world({ 0, 0 });
  b2BodyDef body;
  b2CircleShape circle;
  circle.m_radius = 1;
  for (int k = 0; k < 2; k++) {
    body.type = k ? b2_dynamicBody : b2_staticBody;
    world.CreateBody(&body)->CreateFixture(&circle, 1);
  }
  world.Step(step_seconds, 1, 1);
}

racing_physics *racing_physics_new(void)
{
  return new (std::nothrow) racing_physics;
}

void racing_physics_delete(racing_physics *p)
{
  delete p;
}

void racing_physics_begin(racing_physics *p, const racing_quad *road, const int32_t *tile_at,
                          int32_t n_tile, double x, double y, double angle, uint8_t *visited,
                          uint8_t *touched)
{
  p->world.emplace(b2Vec2(0, 0)); // in place: the world before is destroyed with all it had
  p->world->SetContactListener(p);
  p->visited = visited;
  p->touched = touched;
  for (int32_t k = 0; k < n_tile; k++) {
    visited[k] = touched[k] = 0;
    p->add_tile(road[tile_at[k]], static_cast<uintptr_t>(k));
  }
  p->add_hull(x, y, angle);
  for (unsigned k = 0; k < RACING_N_WHEEL; k++)
    p->add_wheel(k, x, y, angle);
}

static racing_body body_of(const b2Body *b)
{
  const b2Vec2 &at = b->GetPosition(), &v = b->GetLinearVelocity();
  return { at.x, at.y, b->GetAngle(), v.x, v.y, b->GetAngularVelocity() };
}

racing_body racing_physics_hull(const racing_physics *p)
{
  return body_of(p->hull);
}

racing_body racing_physics_wheel(const racing_physics *p, int wheel)
{
  return body_of(p->wheel[wheel]);
}

int32_t racing_physics_tiles(const racing_physics *p, int wheel)
{
  return p->n_under[wheel];
}

double racing_physics_joint_angle(const racing_physics *p, int wheel)
{
  return p->joint[wheel]->GetJointAngle();
}

void racing_physics_axes(const racing_physics *p, int wheel, double forward[2], double side[2])
{
  const b2Vec2 f = p->wheel[wheel]->GetWorldVector({ 0, 1 }),
               s = p->wheel[wheel]->GetWorldVector({ 1, 0 });
  forward[0] = f.x;
  forward[1] = f.y;
  side[0] = s.x;
  side[1] = s.y;
}

void racing_physics_turn(racing_physics *p, int wheel, double speed)
{
  p->joint[wheel]->SetMotorSpeed(static_cast<float>(speed));
}

void racing_physics_limit(racing_physics *p, int wheel, double lower, double upper)
{
  p->joint[wheel]->SetLimits(static_cast<float>(lower), static_cast<float>(upper));
}

void racing_physics_push_wheel(racing_physics *p, int wheel, double x, double y)
{
  p->wheel[wheel]->ApplyForceToCenter(vector(x, y), true);
}

void racing_physics_push_hull(racing_physics *p, double x, double y)
{
  p->hull->ApplyForceToCenter(vector(x, y), true);
}

int32_t racing_physics_step(racing_physics *p)
{
  p->n_new = 0;
  p->world->Step(step_seconds, velocity_iterations, position_iterations);
  return p->n_new;
}
