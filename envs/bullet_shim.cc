/* bullet_shim.cc - the quadruped of AntBulletEnv-v0 in a Bullet world, as C functions.
 *
 * Built from Bullet's classes as pybullet builds it from ant.xml (bullet3 6e18cd0fd, pinned by Najarro
 * & Risi 2020): on libbullet 3.24 in double precision its lives are bit for bit those of pybullet. That
 * takes what looks odd here: numbers rounded to float, ankle axes of length sqrt 2, motors of no force
 * (they fix the order in which constraints are solved), sorted overlapping pairs, a floor before the
 * ant. Compiled without fused multiply-add: half of Bullet is in its headers.
 *
 * A leg is three capsules in a line, leg - hip - aux - ankle - foot. Bullet's links are these five, the
 * joints' own without mass; merged, a link is an aux turned by its hip or a foot turned by its ankle.
 */
#include "bullet_shim.h"

#include <BulletDynamics/Featherstone/btMultiBody.h>
#include <BulletDynamics/Featherstone/btMultiBodyConstraintSolver.h>
#include <BulletDynamics/Featherstone/btMultiBodyDynamicsWorld.h>
#include <BulletDynamics/Featherstone/btMultiBodyJointLimitConstraint.h>
#include <BulletDynamics/Featherstone/btMultiBodyJointMotor.h>
#include <BulletDynamics/Featherstone/btMultiBodyLinkCollider.h>
#include <btBulletCollisionCommon.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

namespace
{

constexpr double pi = 3.14159265358979323846, density = 1000; // kg/m^3
constexpr double decision_seconds = 0.0165;
constexpr int substeps = 4;
constexpr double torso_radius = 0.25, radius = static_cast<double>(0.08f);
constexpr double segment = static_cast<double>(0.2f);
constexpr double side[ANT_N_LEG][2] = { { 1, 1 }, { -1, 1 }, { -1, -1 }, { 1, -1 } };
constexpr double floor_restitution = 0.5;

enum group { GROUP_ANT = 1, GROUP_FLOOR = 2 };

/* The ant collides with nothing of its own accord, the floor with everything. */
struct pair_filter : btOverlapFilterCallback {
  bool needBroadphaseCollision(btBroadphaseProxy *a, btBroadphaseProxy *b) const override
  {
    return (a->m_collisionFilterGroup & b->m_collisionFilterMask) != 0 ||
           (b->m_collisionFilterGroup & a->m_collisionFilterMask) != 0;
  }
};

/* Pools for one ant; Bullet's defaults would be 4,096 manifolds. */
btDefaultCollisionConstructionInfo small_pools()
{
  btDefaultCollisionConstructionInfo info;
  info.m_defaultMaxPersistentManifoldPoolSize = 64;
  info.m_defaultMaxCollisionAlgorithmPoolSize = 128;
  return info;
}

double capsule_mass(double x, double y)
{
  const double length = std::sqrt(x * x + y * y);
  return density * (4.0 / 3.0 * pi * radius * radius * radius + pi * radius * radius * length);
}

btTransform moved(const btVector3 &to)
{
  return btTransform(btQuaternion::getIdentity(), to);
}

class world
{
public:
  explicit world(const bullet_body &body);
  world(const world &) = delete;
  world &operator=(const world &) = delete;

  void place(); // after the state was set
  void step(const double *torque);
  bool finite() const;

  int joint_link(int k) const
  {
    return merged ? k : 5 * (k / 2) + (k % 2 ? 3 : 1);
  }
  int foot_link(int leg) const
  {
    return merged ? 2 * leg + 1 : 5 * leg + 4;
  }
  bool touches(int link) const;
  int contacts() const;
  void parts(double sum[2]) const;
  void shapes(ant_shape *shape) const;

  btMultiBody ant;
  const bool merged;

private:
  btVector3 capsule_end(int leg, int part) const;
  btCompoundShape *capsule(const btVector3 &end);
  void add_floor();
  void add_torso(double mass_scale);
  void add_leg(int leg);
  void add_leg_merged(int leg);
  void add_limit(int k);
  void add_collider(btMultiBody *owner, int link, btCollisionShape *shape);
  static void before_substep(btDynamicsWorld *dynamics, btScalar dt);

  btVector3 end[3 * ANT_N_LEG]; // of leg, aux, foot from their beginnings
  double friction, floor_friction;
  btTransform before; // pose of the torso at the start of the last physics step

  // what the world points to stands before it, to outlive it
  std::vector<std::unique_ptr<btCollisionShape>> shape_store;
  std::vector<std::unique_ptr<btMultiBodyLinkCollider>> colliders;
  std::vector<std::unique_ptr<btMultiBodyConstraint>> constraints;
  btMultiBody floor{ 0, 0, btVector3(0, 0, 0), true, false };
  btDefaultCollisionConfiguration configuration{ small_pools() };
  btCollisionDispatcher dispatcher{ &configuration };
  btHashedOverlappingPairCache pairs;
  pair_filter filter;
  btDbvtBroadphase broadphase{ &pairs };
  btMultiBodyConstraintSolver solver;
  btMultiBodyDynamicsWorld dynamics{ &dispatcher, &broadphase, &solver, &configuration };
};

double torso_mass(double scale)
{
  return density * (4.0 / 3.0 * pi * torso_radius * torso_radius * torso_radius) * scale;
}

world::world(const bullet_body &body)
    : ant(body.merge_fixed ? 8 : 20, torso_mass(body.torso_mass_scale), btVector3(0, 0, 0), false,
          false),
      merged(body.merge_fixed), friction(body.friction), floor_friction(body.floor_friction)
{
  for (int leg = 0; leg < ANT_N_LEG; leg++)
    for (int part = 0; part < 3; part++) {
      const double s = part < 2 ? segment : static_cast<double>(static_cast<float>(body.foot[leg]));
      end[3 * leg + part] = btVector3(s * side[leg][0], s * side[leg][1], 0);
    }
  pairs.setOverlapFilterCallback(&filter);
  broadphase.m_prediction = 0;
  dynamics.getDispatchInfo().m_deterministicOverlappingPairs = true;
  dynamics.setGravity(btVector3(0, 0, -body.gravity));
  btContactSolverInfo &info = dynamics.getSolverInfo();
  info.m_erp2 = 0.9;
  info.m_frictionERP = 0.2;
  info.m_linearSlop = 1e-5;
  info.m_numIterations = 5;
  info.m_minimumSolverBatchSize = 0;
  info.m_warmstartingFactor = 0.1;
  info.m_leastSquaresResidualThreshold = 1e-7;

  add_floor();
  ant.setHasSelfCollision(true);
  ant.setBasePos(btVector3(0, 0, ant_initial_z));
  ant.setWorldToBaseRot(btQuaternion::getIdentity());
  add_torso(body.torso_mass_scale);
  for (int leg = 0; leg < ANT_N_LEG; leg++)
    merged ? add_leg_merged(leg) : add_leg(leg);
  ant.finalizeMultiDof();
  place();
  dynamics.addMultiBody(&ant);
  for (int k = 0; k < ANT_N_JOINT; k++) {
    constraints.push_back(std::make_unique<btMultiBodyJointMotor>(&ant, joint_link(k), 0, 0));
    dynamics.addMultiBodyConstraint(constraints.back().get());
    constraints.back()->finalizeMultiDof();
  }
  dynamics.setInternalTickCallback(before_substep, this, true);
}

void world::before_substep(btDynamicsWorld *dynamics, btScalar)
{
  auto *w = static_cast<world *>(dynamics->getWorldUserInfo());
  w->before = w->ant.getBaseWorldTransform();
}

void world::add_collider(btMultiBody *owner, int link, btCollisionShape *shape)
{
  const bool is_floor = owner == &floor;
  colliders.push_back(std::make_unique<btMultiBodyLinkCollider>(owner, link));
  btMultiBodyLinkCollider *c = colliders.back().get();
  c->setCollisionShape(shape);
  c->setFriction(is_floor ? floor_friction : friction);
  if (is_floor) {
    c->setRestitution(floor_restitution);
    c->setCollisionFlags(c->getCollisionFlags() | btCollisionObject::CF_STATIC_OBJECT);
    c->setWorldTransform(btTransform::getIdentity());
  } else {
    c->setWorldTransform(moved(btVector3(0, 0, ant_initial_z)));
  }
  dynamics.addCollisionObject(c, is_floor ? GROUP_FLOOR : GROUP_ANT, is_floor ? ~GROUP_FLOOR : 0);
  if (link < 0)
    owner->setBaseCollider(c);
  else
    owner->getLink(link).m_collider = c;
}

void world::add_floor()
{
  floor.setHasSelfCollision(false);
  floor.finalizeMultiDof();
  shape_store.push_back(std::make_unique<btStaticPlaneShape>(btVector3(0, 0, 1), 0));
  add_collider(&floor, -1, shape_store.back().get());
}

/* About its middle. */
btCompoundShape *world::capsule(const btVector3 &to)
{
  const btVector3 ends[2] = { btVector3(0, 0, 0), to };
  const btScalar radii[2] = { radius, radius };
  shape_store.push_back(std::make_unique<btMultiSphereShape>(ends, radii, 2));
  btCollisionShape *spheres = shape_store.back().get();
  auto compound = std::make_unique<btCompoundShape>();
  compound->addChildShape(moved(-to / 2), spheres);
  btCompoundShape *c = compound.get();
  shape_store.push_back(std::move(compound));
  return c;
}

/* The sphere; merged, with the four legs, whose products of inertia cancel. */
void world::add_torso(double mass_scale)
{
  shape_store.push_back(std::make_unique<btSphereShape>(torso_radius));
  btCollisionShape *shape = shape_store.back().get();
  btVector3 inertia;
  shape->calculateLocalInertia(torso_mass(mass_scale), inertia);
  if (merged) {
    auto compound = std::make_unique<btCompoundShape>(false);
    compound->addChildShape(btTransform::getIdentity(), shape);
    double total = torso_mass(mass_scale);
    for (int leg = 0; leg < ANT_N_LEG; leg++) {
      const btVector3 &to = end[3 * leg], middle = to / 2;
      const double mass = capsule_mass(to.x(), to.y());
      btCompoundShape *c = capsule(to);
      btVector3 own;
      c->calculateLocalInertia(mass, own);
      const double xx = middle.x() * middle.x(), yy = middle.y() * middle.y();
      inertia += own + mass * btVector3(yy, xx, xx + yy);
      compound->addChildShape(moved(btVector3(0, 0, 0)), c->getChildShape(0));
      total += mass;
    }
    ant.setBaseMass(total);
    shape = compound.get();
    shape_store.push_back(std::move(compound));
  }
  ant.setBaseInertia(inertia);
  add_collider(&ant, -1, shape);
}

void world::add_limit(int k)
{
  const double *limit = ant_joint_limit[k];
  constraints.push_back(
      std::make_unique<btMultiBodyJointLimitConstraint>(&ant, joint_link(k), limit[0], limit[1]));
  dynamics.addMultiBodyConstraint(constraints.back().get());
}

btVector3 hip_axis()
{
  return { 0, 0, 1 };
}

/* As in the model: not of length 1, by which torque, inertia and contact velocities differ. */
btVector3 ankle_axis(int leg)
{
  return { leg % 2 ? 1.0 : -1.0, 1, 0 };
}

void world::add_leg(int leg)
{
  const btQuaternion straight = btQuaternion::getIdentity();
  const btVector3 zero(0, 0, 0);
  int parent = -1;
  btVector3 pivot = zero; // of the next link in its parent
  for (int part = 0; part < 3; part++) {
    if (part > 0) {
      const int joint = 5 * leg + 2 * part - 1;
      ant.setupRevolute(joint, 0, zero, parent, straight, part == 1 ? hip_axis() : ankle_axis(leg),
                        pivot, zero, true);
      add_limit(2 * leg + part - 1);
      parent = joint;
      pivot = zero;
    }
    const int link = 5 * leg + 2 * part;
    const btVector3 &to = end[3 * leg + part];
    const double mass = capsule_mass(to.x(), to.y());
    btCompoundShape *shape = capsule(to);
    btVector3 inertia;
    shape->calculateLocalInertia(mass, inertia);
    ant.setupFixed(link, mass, inertia, parent, straight, pivot, to / 2);
    add_collider(&ant, link, shape);
    parent = link;
    pivot = to / 2;
  }
}

void world::add_leg_merged(int leg)
{
  const btQuaternion straight = btQuaternion::getIdentity();
  btVector3 pivot = end[3 * leg];
  for (int part = 1; part < 3; part++) {
    const int link = 2 * leg + part - 1;
    const btVector3 &to = end[3 * leg + part];
    const double mass = capsule_mass(to.x(), to.y());
    btCompoundShape *shape = capsule(to);
    btVector3 inertia;
    shape->calculateLocalInertia(mass, inertia);
    ant.setupRevolute(link, mass, inertia, part == 1 ? -1 : link - 1, straight,
                      part == 1 ? hip_axis() : ankle_axis(leg), pivot, to / 2, true);
    add_limit(link);
    add_collider(&ant, link, shape);
    pivot = to / 2;
  }
}

void world::place()
{
  btAlignedObjectArray<btQuaternion> rotation;
  btAlignedObjectArray<btVector3> origin;
  ant.forwardKinematics(rotation, origin);
  ant.updateCollisionObjectWorldTransforms(rotation, origin);
  before = ant.getBaseWorldTransform();
}

void world::step(const double *torque)
{
  for (int k = 0; k < ANT_N_JOINT; k++)
    ant.addJointTorqueMultiDof(joint_link(k), 0, torque[k]);
  dynamics.stepSimulation(decision_seconds, substeps, decision_seconds / substeps);
}

bool world::finite() const
{
  const btVector3 &p = ant.getBasePos();
  const btQuaternion &q = ant.getWorldToBaseRot();
  double sum = p.x() + p.y() + p.z() + q.x() + q.y() + q.z() + q.w();
  for (int i = 0; i < 6 + ANT_N_JOINT; i++)
    sum += ant.getVelocityVector()[i];
  for (int k = 0; k < ANT_N_JOINT; k++)
    sum += ant.getJointPos(joint_link(k));
  return std::isfinite(sum);
}

/* Which link of the ant a manifold is about; -1: the torso. */
int link_of(const btPersistentManifold *m)
{
  const auto *a = static_cast<const btMultiBodyLinkCollider *>(m->getBody0());
  const auto *b = static_cast<const btMultiBodyLinkCollider *>(m->getBody1());
  return a->isStaticObject() ? b->m_link : a->m_link;
}

bool world::touches(int link) const
{
  for (int i = 0; i < dispatcher.getNumManifolds(); i++) {
    const btPersistentManifold *m = dispatcher.getManifoldByIndexInternal(i);
    if (m->getNumContacts() > 0 && link_of(m) == link)
      return true;
  }
  return false;
}

int world::contacts() const
{
  int n = 0;
  for (int i = 0; i < dispatcher.getNumManifolds(); i++)
    n += dispatcher.getManifoldByIndexInternal(i)->getNumContacts();
  return n;
}

/* The torso, then leg, hip, aux, ankle, foot of each leg; links' poses as the last step left them. */
void world::parts(double sum[2]) const
{
  for (int i = 0; i < 2; i++)
    sum[i] = ant.getBasePos()[i];
  if (!merged) {
    for (int link = 0; link < ant.getNumLinks(); link++)
      for (int i = 0; i < 2; i++)
        sum[i] += ant.getLink(link).m_cachedWorldTransform.getOrigin()[i];
    return;
  }
  for (int leg = 0; leg < ANT_N_LEG; leg++) {
    const btTransform &aux = ant.getLink(2 * leg).m_cachedWorldTransform;
    const btTransform &foot = ant.getLink(2 * leg + 1).m_cachedWorldTransform;
    const btVector3 *to = end + 3 * leg;
    const btVector3 five = before * (to[0] / 2) + aux * (-to[1] / 2) + aux.getOrigin() +
                           foot * (-to[2] / 2) + foot.getOrigin();
    for (int i = 0; i < 2; i++)
      sum[i] += five[i];
  }
}

void put_shape(ant_shape *out, const btTransform &at, const btVector3 &from, const btVector3 &to,
               double r)
{
  const btVector3 a = at * from, b = at * to;
  for (int i = 0; i < 3; i++) {
    out->from[i] = a[i];
    out->to[i] = b[i];
  }
  out->radius = r;
}

void world::shapes(ant_shape *shape) const
{
  const btVector3 zero(0, 0, 0);
  const btTransform torso = ant.getBaseWorldTransform();
  put_shape(shape, torso, zero, zero, torso_radius);
  for (int leg = 0; leg < ANT_N_LEG; leg++)
    for (int part = 0; part < 3; part++) {
      const btVector3 &to = end[3 * leg + part];
      ant_shape *s = shape + 1 + 3 * leg + part;
      if (part == 0)
        put_shape(s, torso, zero, to, radius);
      else // colliders, unlike links, stand where the last step ended
        put_shape(s,
                  ant.getLinkCollider(merged ? 2 * leg + part - 1 : 5 * leg + 2 * part)
                      ->getWorldTransform(),
                  -to / 2, to / 2, radius);
    }
}

} // namespace

struct bullet_ant {
  std::unique_ptr<world> w;
};

bullet_ant *bullet_create(void)
{
  return new (std::nothrow) bullet_ant;
}

void bullet_destroy(bullet_ant *a)
{
  delete a;
}

bool bullet_reset(bullet_ant *a, const bullet_body *body, const double angle[ANT_N_JOINT])
{
  try {
    a->w.reset();
    a->w = std::make_unique<world>(*body);
  } catch (const std::bad_alloc &) {
    return false;
  }
  for (int k = 0; k < ANT_N_JOINT; k++)
    a->w->ant.setJointPos(a->w->joint_link(k), angle[k]);
  a->w->place();
  return true;
}

bool bullet_exchange(bullet_ant *a, const bullet_body *body)
{
  if (!a->w)
    return false;
  std::unique_ptr<world> next;
  try {
    next = std::make_unique<world>(*body);
  } catch (const std::bad_alloc &) {
    return false;
  }
  const world &old = *a->w;
  btMultiBody &to = next->ant;
  to.setBasePos(old.ant.getBasePos());
  to.setWorldToBaseRot(old.ant.getWorldToBaseRot());
  to.setBaseVel(old.ant.getBaseVel());
  to.setBaseOmega(old.ant.getBaseOmega());
  for (int k = 0; k < ANT_N_JOINT; k++) {
    to.setJointPos(next->joint_link(k), old.ant.getJointPos(old.joint_link(k)));
    to.setJointVel(next->joint_link(k), old.ant.getJointVel(old.joint_link(k)));
  }
  next->place();
  a->w = std::move(next);
  return true;
}

bool bullet_step(bullet_ant *a, const double torque[ANT_N_JOINT])
{
  if (!a->w)
    return false;
  a->w->step(torque);
  return a->w->finite();
}

void bullet_pose(const bullet_ant *a, ant_pose *pose)
{
  if (!a->w)
    return;
  const world &w = *a->w;
  const btQuaternion q = w.ant.getWorldToBaseRot().inverse();
  const btVector3 velocity = w.ant.getBaseVel();
  for (int i = 0; i < 3; i++) {
    pose->position[i] = w.ant.getBasePos()[i];
    pose->velocity[i] = velocity[i];
  }
  for (int i = 0; i < 4; i++)
    pose->quaternion[i] = q[i];
  for (int k = 0; k < ANT_N_JOINT; k++) {
    pose->angle[k] = w.ant.getJointPos(w.joint_link(k));
    pose->rate[k] = w.ant.getJointVel(w.joint_link(k));
  }
  for (int leg = 0; leg < ANT_N_LEG; leg++)
    pose->contact[leg] = w.touches(w.foot_link(leg));
}

void bullet_angular_velocity(const bullet_ant *a, double angular[3])
{
  const btVector3 omega = a->w ? a->w->ant.getBaseOmega() : btVector3(0, 0, 0);
  for (int i = 0; i < 3; i++)
    angular[i] = omega[i];
}

void bullet_parts(const bullet_ant *a, double sum[2])
{
  if (a->w)
    a->w->parts(sum);
}

int32_t bullet_contacts(const bullet_ant *a)
{
  return a->w ? a->w->contacts() : 0;
}

void bullet_shapes(const bullet_ant *a, ant_shape shape[ANT_N_SHAPE])
{
  if (a->w)
    a->w->shapes(shape);
}
