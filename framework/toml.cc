/* toml.cc - toml++ behind a C interface; no exception and no C++ type leaves this file.
 *
 * toml++ keeps tables sorted by key; here they come back in the order of the file. Nesting is
 * bounded before the parser sees the text, because the parser recurses.
 */
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <toml++/toml.h>

extern "C" {
#include "toml.h"
}

namespace
{

constexpr size_t most_bytes = 1 << 20;
constexpr int most_depth = 64;

/* ---- nesting ---- */

/* What the scan is inside of. */
enum class inside { plain, comment, basic, basic_lines, literal, literal_lines };

struct place {
  int line = 1, column = 1;
};

/* Looks through strings and comments for keys of too many parts and for brackets nested too
   deep; NULL, or what is too deep at `at`. */
const char *too_deep(std::string_view text, place &at)
{
  inside state = inside::plain;
  int dots = 0, brackets = 0;

  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    size_t run =
        1; // equal quotes in a row; a string over several lines may end with two of its own
    while ((c == '"' || c == '\'') && run < 5 && i + run < text.size() && text[i + run] == c)
      run++;
    size_t length = 1;

    switch (state) {
    case inside::comment: break;
    case inside::basic:
    case inside::basic_lines:
      if (c == '\\') {
        length = 2;
      } else if (c == '"' && (state == inside::basic || run >= 3)) {
        length = state == inside::basic ? 1 : run;
        state = inside::plain;
      }
      break;
    case inside::literal:
    case inside::literal_lines:
      if (c == '\'' && (state == inside::literal || run >= 3)) {
        length = state == inside::literal ? 1 : run;
        state = inside::plain;
      }
      break;
    case inside::plain:
      if (c == '#') {
        state = inside::comment;
      } else if (c == '"' || c == '\'') {
        state = c == '"' ? (run >= 3 ? inside::basic_lines : inside::basic)
                         : (run >= 3 ? inside::literal_lines : inside::literal);
        length = run >= 3 ? 3 : 1;
      } else if (c == '.') {
        if (++dots >= most_depth)
          return "a key of more than 64 parts";
      } else if (c == '=' || c == ',' || c == '[' || c == ']' || c == '{' || c == '}') {
        dots = 0;
        brackets += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
        if (brackets > most_depth)
          return "brackets nested deeper than 64";
      }
      break;
    }

    for (size_t k = i; k < i + length && k < text.size(); k++) {
      at.column++;
      if (text[k] != '\n')
        continue;
      at = { at.line + 1, 1 };
      dots = 0;
      // a line's end also ends what cannot go on behind it; the parser will say what is wrong there
      if (state == inside::comment || state == inside::basic || state == inside::literal)
        state = inside::plain;
    }
    i += length - 1;
  }
  return nullptr;
}

/* ---- the tree ---- */

/* What toml++ takes and we do not. */
struct refusal {
  int line, column;
  const char *what;
};

/* A text as C has it; `at` has the place where it stands. */
char *copy(std::string_view text, const toml_node *at)
{
  if (text.find('\0') != text.npos)
    throw refusal{ at->line, at->column, "a text with a zero character in it" };
  char *c = static_cast<char *>(std::malloc(text.size() + 1));
  if (!c)
    throw std::bad_alloc();
  std::memcpy(c, text.data(), text.size());
  c[text.size()] = '\0';
  return c;
}

/* A node of its own; the root's memory also holds the document's name. */
toml_node *new_node(const char *name, size_t extra)
{
  void *memory = std::calloc(1, sizeof(toml_node) + extra);
  if (!memory)
    throw std::bad_alloc();
  toml_node *node = static_cast<toml_node *>(memory);
  node->file = name;
  return node;
}

void set_place(toml_node *node, const toml::source_region &region)
{
  node->line = static_cast<int>(region.begin.line);
  node->column = static_cast<int>(region.begin.column);
}

/* Puts a node among the siblings, which are in the order of the file. */
void insert_sorted(toml_node **first, toml_node *node)
{
  while (*first && ((*first)->line < node->line ||
                    ((*first)->line == node->line && (*first)->column <= node->column)))
    first = &(*first)->next;
  node->next = *first;
  *first = node;
}

/* Fills a node, which the tree already owns, so that a failure half-way frees all. */
void fill(toml_node *node, const toml::node &value)
{
  if (const toml::table *table = value.as_table()) {
    node->kind = TOML_TABLE;
    for (const auto &[key, child] : *table) {
      toml_node *c = new_node(node->file, 0);
      set_place(c, key.source());
      insert_sorted(&node->child, c);
      c->key = copy(key.str(), c);
      fill(c, child);
    }
  } else if (const toml::array *array = value.as_array()) {
    node->kind = TOML_ARRAY;
    toml_node **last = &node->child;
    for (const toml::node &child : *array) {
      toml_node *c = *last = new_node(node->file, 0);
      set_place(c, child.source());
      last = &c->next;
      fill(c, child);
    }
  } else if (const auto *text = value.as_string()) {
    node->kind = TOML_TEXT;
    node->text = copy(text->get(), node);
  } else if (const auto *integer = value.as_integer()) {
    node->kind = TOML_INTEGER;
    node->integer = integer->get();
    node->real = static_cast<double>(integer->get());
  } else if (const auto *real = value.as_floating_point()) {
    node->kind = TOML_REAL;
    node->real = real->get();
  } else if (const auto *boolean = value.as_boolean()) {
    node->kind = TOML_BOOLEAN;
    node->boolean = boolean->get();
  } else {
    node->kind = TOML_DATE;
  }
}

/* A sentence of the parser on one line. */
std::string one_line(std::string_view text)
{
  std::string s(text);
  for (char &c : s)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  return s;
}

int read_descriptor(int file, const char *path, char **text, size_t *length, error *err)
{
  struct stat info;
  if (fstat(file, &info) != 0)
    return error_add(err, EXIT_CONFIGURATION, "%s: cannot be read: %s", path, std::strerror(errno));
  if (S_ISDIR(info.st_mode))
    return error_add(err, EXIT_CONFIGURATION, "%s: is a folder; name a TOML file", path);
  if (!S_ISREG(info.st_mode))
    return error_add(err, EXIT_CONFIGURATION, "%s: is no ordinary file; name a TOML file", path);
  if (info.st_size > static_cast<off_t>(most_bytes))
    return error_add(err, EXIT_CONFIGURATION, "%s: is larger than 1 MiB, which no experiment is",
                     path);

  const size_t size = static_cast<size_t>(info.st_size);
  *text = static_cast<char *>(std::malloc(size + 1));
  if (!*text)
    return error_add(err, EXIT_RUN_FAILED, "%s: no memory to read it", path);
  for (*length = 0; *length < size;) {
    const ssize_t n = read(file, *text + *length, size - *length);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return error_add(err, EXIT_IO, "%s: cannot be read: %s", path, std::strerror(errno));
    if (n == 0)
      break;
    *length += static_cast<size_t>(n);
  }
  (*text)[*length] = '\0';
  return EXIT_FINE;
}

} // namespace

extern "C" char *toml_load_file(const char *path, size_t *length, error *err)
{
  // O_NONBLOCK: a named pipe must not make us wait
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    error_add(err, EXIT_CONFIGURATION, "%s: cannot be opened: %s", path, std::strerror(errno));
    return nullptr;
  }
  char *text = nullptr;
  const int status = read_descriptor(file, path, &text, length, err);
  close(file);
  if (status != EXIT_FINE) {
    std::free(text);
    return nullptr;
  }
  return text;
}

extern "C" toml_node *toml_read_file(const char *path, error *err)
{
  size_t length;
  char *text = toml_load_file(path, &length, err);
  toml_node *root = text ? toml_read_text(text, length, path, err) : nullptr;
  std::free(text);
  return root;
}

extern "C" toml_node *toml_read_text(const char *text, size_t length, const char *name, error *err)
{
  toml_node *root = nullptr;
  try {
    const std::string_view document(text, length);
    place at;
    if (length > most_bytes) {
      error_add(err, EXIT_CONFIGURATION, "%s: is larger than 1 MiB, which no experiment is", name);
      return nullptr;
    }
    if (const char *what = too_deep(document, at)) {
      error_add(err, EXIT_CONFIGURATION, "%s:%d:%d: %s", name, at.line, at.column, what);
      return nullptr;
    }
    const toml::table table = toml::parse(document, std::string_view(name));

    root = new_node(nullptr, std::strlen(name) + 1);
    char *own_name = reinterpret_cast<char *>(root + 1);
    std::strcpy(own_name, name);
    root->file = own_name;
    root->line = root->column = 1;
    fill(root, table);
    return root;
  } catch (const toml::parse_error &e) {
    const toml::source_position begin = e.source().begin;
    error_add(err, EXIT_CONFIGURATION, "%s:%u:%u: %s", name, begin.line, begin.column,
              one_line(e.description()).c_str());
  } catch (const refusal &r) {
    error_add(err, EXIT_CONFIGURATION, "%s:%d:%d: %s", name, r.line, r.column, r.what);
  } catch (const std::bad_alloc &) {
    error_add(err, EXIT_RUN_FAILED, "%s: no memory to read it", name);
  } catch (const std::exception &e) {
    error_add(err, EXIT_CONFIGURATION, "%s: cannot be read: %s", name, one_line(e.what()).c_str());
  } catch (...) {
    error_add(err, EXIT_CONFIGURATION, "%s: cannot be read", name);
  }
  toml_free(root);
  return nullptr;
}

extern "C" void toml_free(toml_node *node)
{
  while (node) {
    toml_node *next = node->next;
    toml_free(node->child);
    std::free(node->key);
    std::free(node->text);
    std::free(node);
    node = next;
  }
}

extern "C" toml_node *toml_find(const toml_node *table, const char *key)
{
  toml_node *child = table ? table->child : nullptr;
  while (child && !(child->key && std::strcmp(child->key, key) == 0))
    child = child->next;
  return child;
}
