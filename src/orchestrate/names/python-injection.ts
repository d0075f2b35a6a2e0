import type { Node } from "web-tree-sitter";

/** Decorators that neither keep a function under its name nor pass arguments by the names of its parameters. */
const plainDecorator =
  /^(?:staticmethod|classmethod|property|setter|getter|deleter|abstract\w+|cached_property|lru_cache|cache|wraps|contextmanager|asynccontextmanager|overload|override|final|total_ordering|dataclass|no_type_check|singledispatch|singledispatchmethod|deprecated|runtime_checkable)$/u;

/** Whether a decorator may keep the function under its name: a fixture, a route, a command. */
export function isRegistered(definition: Node): boolean {
  const outer = definition.parent;
  if (outer?.type !== "decorated_definition") return false;
  return outer.namedChildren.some(
    (one) => one?.type === "decorator" && !plainDecorator.test(nameOfDecorator(one)),
  );
}

/** Whether arguments of a function may be passed by the names of its parameters, by what no file says: pytest does so for tests. */
export function isInjected(definition: Node): boolean {
  return (
    isRegistered(definition) ||
    /^test(?:_|$)/u.test(definition.childForFieldName("name")?.text ?? "")
  );
}

/** `fixture` of `@pytest.fixture(scope="module")`. */
function nameOfDecorator(decorator: Node): string {
  const [expression] = decorator.namedChildren;
  const called =
    expression?.type === "call" ? expression.childForFieldName("function") : expression;
  return called?.text.split(".").at(-1)?.trim() ?? "";
}
