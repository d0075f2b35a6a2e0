import { builtIn } from "../fix/known-names.ts";
import type { NameLanguage } from "../index/languages.ts";

const platformWords = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Names that no file declares and code may mean all the same: rarer ones of the language, and those of browsers, Node and test runners. */
const rarer: Readonly<Record<NameLanguage, ReadonlySet<string>>> = {
  script: platformWords(
    "__dirname __filename addEventListener afterAll afterEach alert atob beforeAll beforeEach blur btoa caches chrome close closed confirm crypto customElements define describe dispatchEvent escape eval event expect exports external find focus frameElement frames global history importScripts indexedDB innerHeight innerWidth isFinite isSecureContext it jest length localStorage location matchMedia menubar module name navigator onmessage open opener origin outerHeight outerWidth parent parseInt performance postMessage print prompt removeEventListener reportError require screen screenX screenY scroll scrollBy scrollTo scrollX scrollY self sessionStorage setImmediate clearImmediate status stop suite test toolbar top unescape vi visualViewport",
  ),
  python: platformWords(
    "ArithmeticError AssertionError BaseExceptionGroup BlockingIOError BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError ExceptionGroup FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportWarning IndentationError InterruptedError IsADirectoryError KeyboardInterrupt MemoryError ModuleNotFoundError NameError NotADirectoryError NotImplemented OverflowError PendingDeprecationWarning PermissionError ProcessLookupError RecursionError ReferenceError ResourceWarning RuntimeWarning StopAsyncIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError UnboundLocalError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning Warning ZeroDivisionError __build_class__ __class__ __debug__ __doc__ __file__ __import__ __loader__ __name__ __package__ __path__ __spec__ aiter anext ascii basestring bin breakpoint compile complex copyright credits delattr divmod eval exec execfile exit file globals help hex issubclass license locals long oct pow quit raw_input reduce reload unichr unicode xrange",
  ),
  go: platformWords("clear comparable complex64 complex128 imag min max real uintptr uint16"),
};

/** Whether a name may be one that the language or the platform declares. */
export const isOfPlatform = (name: string, language: NameLanguage): boolean =>
  builtIn[language].has(name) || rarer[language].has(name);
