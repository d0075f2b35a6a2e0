const wordSet = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Modules of Python's standard library that are imported by their own name. */
export const pythonModules: ReadonlySet<string> = wordSet(
  "abc argparse array ast asyncio base64 bisect calendar codecs collections concurrent contextlib contextvars copy csv ctypes dataclasses datetime decimal difflib email enum errno fnmatch functools gc getpass glob gzip hashlib heapq hmac html http importlib inspect io ipaddress itertools json keyword locale logging math mimetypes multiprocessing operator os pathlib pickle platform pprint queue random re sched secrets select shlex shutil signal socket sqlite3 ssl stat statistics string struct subprocess sys tarfile tempfile textwrap threading time timeit token tokenize traceback types typing unicodedata unittest urllib uuid warnings weakref xml zipfile zlib zoneinfo",
);

/** Names of Python's standard library that are nearly always imported from one module. */
export const pythonNames: Readonly<Record<string, string>> = Object.fromEntries(
  (
    [
      [
        "typing",
        "Any Callable ClassVar Final Generic Literal NamedTuple NoReturn Optional Protocol TYPE_CHECKING TypedDict TypeVar Union cast overload",
      ],
      ["pathlib", "Path PurePath"],
      ["dataclasses", "dataclass field"],
      ["collections", "OrderedDict defaultdict deque namedtuple"],
      ["functools", "cached_property lru_cache partial reduce update_wrapper wraps"],
      ["contextlib", "contextmanager suppress"],
      ["abc", "ABC abstractmethod"],
      ["enum", "Enum IntEnum auto"],
      ["io", "BytesIO StringIO"],
      ["decimal", "Decimal"],
    ] as const
  ).flatMap(([module, names]) => names.split(" ").map((name) => [name, module])),
);

/** Packages of Go's standard library, by the name that code uses. */
export const goPackages: Readonly<Record<string, string>> = Object.fromEntries(
  "bufio bytes context crypto/sha256 encoding/base64 encoding/binary encoding/csv encoding/hex encoding/json encoding/xml errors flag fmt html io io/fs io/ioutil log log/slog maps math math/big net net/http net/url os os/exec os/signal path path/filepath reflect regexp runtime slices sort strconv strings sync sync/atomic syscall testing time unicode unicode/utf8 unsafe"
    .split(" ")
    .map((path) => [path.slice(path.lastIndexOf("/") + 1), path]),
);

/** Names that need no declaration, for words that may be misspelt. */
export const builtIn: Readonly<Record<"script" | "python" | "go", ReadonlySet<string>>> = {
  script: wordSet(
    "AbortController AbortSignal Array ArrayBuffer BigInt Boolean Buffer Date Error Float64Array Headers Infinity Intl JSON Map Math NaN Number Object Promise Proxy Record ReadonlyArray Reflect RegExp Request Response Set String Symbol TypeError URL URLSearchParams Uint8Array WeakMap WeakSet clearInterval clearTimeout console decodeURIComponent document encodeURIComponent fetch globalThis isNaN parseFloat parseInt process queueMicrotask require setInterval setTimeout structuredClone undefined window Partial Pick Omit Required Readonly Exclude Extract ReturnType Parameters",
  ),
  python: wordSet(
    "AttributeError BaseException Exception False ImportError IndexError KeyError LookupError None NotImplementedError OSError RuntimeError StopIteration True TypeError UnicodeDecodeError ValueError abs all any bool bytearray bytes callable chr classmethod dict dir enumerate filter float format frozenset getattr hasattr hash id input int isinstance issubclass iter len list map max memoryview min next object open ord print property range repr reversed round self set setattr slice sorted staticmethod str sum super tuple type vars zip",
  ),
  go: wordSet(
    "any append bool byte cap close complex copy delete error false float32 float64 int int32 int64 int8 iota len make max min new nil panic print println recover rune string true uint uint32 uint64 uint8",
  ),
};
