/** Result types of functions of the standard library, as a Go file writes them; `pkg.F: T, T`. */
const standardResults = `
bytes.Equal: bool; bytes.NewBuffer: *bytes.Buffer; bytes.NewBufferString: *bytes.Buffer; bytes.NewReader: *bytes.Reader; bytes.TrimSpace: []byte
context.Background: context.Context; context.TODO: context.Context; context.WithValue: context.Context
errors.As: bool; errors.Is: bool; errors.New: error; errors.Unwrap: error
fmt.Errorf: error; fmt.Fprint: int, error; fmt.Fprintf: int, error; fmt.Fprintln: int, error; fmt.Sprint: string; fmt.Sprintf: string; fmt.Sprintln: string
io.Copy: int64, error; io.ReadAll: []byte, error; io.ReadFull: int, error; io.WriteString: int, error
encoding/json.Marshal: []byte, error; encoding/json.MarshalIndent: []byte, error; encoding/json.Unmarshal: error; encoding/json.NewDecoder: *json.Decoder; encoding/json.NewEncoder: *json.Encoder
net.Listen: net.Listener, error; net.SplitHostPort: string, string, error; net.ParseIP: net.IP; net.ParseCIDR: net.IP, *net.IPNet, error
net/http.NewRequest: *http.Request, error; net/http.Get: *http.Response, error; net/http.StatusText: string; net/http.DetectContentType: string
net/http/httptest.NewRecorder: *httptest.ResponseRecorder; net/http/httptest.NewRequest: *http.Request; net/http/httptest.NewServer: *httptest.Server
net/url.Parse: *url.URL, error; net/url.ParseQuery: url.Values, error; net/url.PathUnescape: string, error; net/url.QueryEscape: string; net/url.QueryUnescape: string, error
os.Create: *os.File, error; os.Getenv: string; os.Getwd: string, error; os.LookupEnv: string, bool; os.Mkdir: error; os.MkdirAll: error; os.MkdirTemp: string, error; os.Open: *os.File, error; os.OpenFile: *os.File, error; os.ReadFile: []byte, error; os.Remove: error; os.RemoveAll: error; os.WriteFile: error
path.Base: string; path.Clean: string; path.Dir: string; path.Ext: string; path.Join: string
path/filepath.Abs: string, error; path/filepath.Base: string; path/filepath.Clean: string; path/filepath.Dir: string; path/filepath.Ext: string; path/filepath.Join: string
reflect.Indirect: reflect.Value; reflect.MakeSlice: reflect.Value; reflect.New: reflect.Value; reflect.TypeOf: reflect.Type; reflect.Zero: reflect.Value; reflect.ValueOf: reflect.Value; reflect.DeepEqual: bool
regexp.Compile: *regexp.Regexp, error; regexp.MustCompile: *regexp.Regexp
strconv.Atoi: int, error; strconv.FormatInt: string; strconv.Itoa: string; strconv.ParseBool: bool, error; strconv.ParseFloat: float64, error; strconv.ParseInt: int64, error; strconv.ParseUint: uint64, error; strconv.Quote: string; strconv.Unquote: string, error
strings.Contains: bool; strings.ContainsAny: bool; strings.ContainsRune: bool; strings.Count: int; strings.EqualFold: bool; strings.Fields: []string; strings.HasPrefix: bool; strings.HasSuffix: bool; strings.Index: int; strings.IndexByte: int; strings.IndexRune: int; strings.Join: string; strings.LastIndex: int; strings.LastIndexByte: int; strings.NewReader: *strings.Reader; strings.NewReplacer: *strings.Replacer; strings.Repeat: string; strings.Replace: string; strings.ReplaceAll: string; strings.Split: []string; strings.SplitN: []string; strings.Title: string; strings.ToLower: string; strings.ToUpper: string; strings.Trim: string; strings.TrimLeft: string; strings.TrimPrefix: string; strings.TrimRight: string; strings.TrimSpace: string; strings.TrimSuffix: string
time.Now: time.Time; time.Parse: time.Time, error; time.ParseDuration: time.Duration, error; time.Since: time.Duration; time.Until: time.Duration
`;

/** By import path and name: `net/url.Parse`. */
export const goStandardResults: ReadonlyMap<string, readonly string[]> = new Map(
  standardResults
    .split(/[;\n]/u)
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .map((one) => {
      const [name, types] = one.split(": ");
      return [name!, types!.split(", ")];
    }),
);

/** Fields of types of the standard library, with import paths: `type: field type, field type`. */
const standardFields = `
net/http.Request: Body io.ReadCloser, ContentLength int64, Form net/url.Values, Header net/http.Header, Host string, Method string, PostForm net/url.Values, Proto string, RemoteAddr string, RequestURI string, URL *net/url.URL
net/http.Response: Body io.ReadCloser, ContentLength int64, Header net/http.Header, Status string, StatusCode int
net/url.URL: Fragment string, Host string, Opaque string, Path string, RawPath string, RawQuery string, Scheme string
`;

/** By import path, type and field: `net/url.URL.Path`. */
export const goStandardFields: ReadonlyMap<string, string> = new Map(
  standardFields
    .trim()
    .split("\n")
    .flatMap((line) => {
      const [type = "", fields = ""] = line.split(": ");
      return fields.split(", ").map((one): [string, string] => {
        const [field, of] = one.split(" ");
        return [`${type}.${field}`, of!];
      });
    }),
);

/** Types of the standard library that are references or that no method changes: a copy does the same. By import path. */
export const goFreelyCopied: ReadonlySet<string> = new Set(
  "context.Context context.CancelFunc error fs.FS io/fs.FS io/fs.FileInfo io.Closer io.ReadCloser io.ReadSeeker io.ReadWriter io.Reader io.Writer io.WriteCloser net.Addr net.Conn net.IP net.Listener net/http.FileSystem net/http.File net/http.Flusher net/http.Handler net/http.HandlerFunc net/http.Header net/http.ResponseWriter net/http.RoundTripper net/url.Values os.FileInfo os.FileMode os.Signal reflect.Type reflect.Value reflect.Kind time.Duration time.Month testing.TB".split(
    " ",
  ),
);
