import koffi from "koffi";
import { RedraftError } from "../../core/errors.ts";
import { libraryFile, type NativeLibrary } from "./library.ts";
import { defaultCanaries, releases } from "./releases.ts";

/** A C pointer. */
export type Pointer = bigint | null;

/** A struct passed by value: field name to value. */
export type Struct = Record<string, unknown>;

/** `llama_decode` on a thread of its own, so that the process can hear an abort meanwhile. */
type Async<Arguments extends unknown[], Result> = (...args: Arguments) => Promise<Result>;

/** The C functions of libllama that this target uses, with the names of llama.h without their prefix. */
export interface Binding {
  modelDefaultParams(): Struct;
  contextDefaultParams(): Struct;
  modelLoad(path: string, params: Struct): Pointer;
  modelFree(model: Pointer): void;
  modelVocab(model: Pointer): Pointer;
  modelTrainedContext(model: Pointer): number;
  modelSize(model: Pointer): number | bigint;
  modelParameters(model: Pointer): number | bigint;
  modelLayers(model: Pointer): number;
  modelWindow(model: Pointer): number;
  modelRopeType(model: Pointer): number;
  modelHasDecoder(model: Pointer): boolean;
  modelIsRecurrent(model: Pointer): boolean;
  modelIsHybrid(model: Pointer): boolean;
  modelIsDiffusion(model: Pointer): boolean;
  metadataCount(model: Pointer): number;
  metadataKey(model: Pointer, index: number, buffer: Buffer, size: number): number;
  metadataValue(model: Pointer, index: number, buffer: Buffer, size: number): number;
  chatTemplate(model: Pointer, name: string | null): string | null;
  applyChatTemplate(
    template: string | null,
    messages: readonly { readonly role: string; readonly content: string }[],
    count: number,
    addAssistant: boolean,
    buffer: Buffer,
    size: number,
  ): number;
  vocabSize(vocab: Pointer): number;
  vocabIsEnd(vocab: Pointer, token: number): boolean;
  vocabBegin(vocab: Pointer): number;
  vocabAddsBegin(vocab: Pointer): boolean;
  tokenize(
    vocab: Pointer,
    text: Buffer,
    size: number,
    tokens: Int32Array,
    room: number,
    addSpecial: boolean,
    parseSpecial: boolean,
  ): number;
  tokenToPiece(
    vocab: Pointer,
    token: number,
    buffer: Buffer,
    size: number,
    leadingBlanks: number,
    special: boolean,
  ): number;
  contextInit(model: Pointer, params: Struct): Pointer;
  contextFree(context: Pointer): void;
  contextSize(context: Pointer): number;
  memory(context: Pointer): Pointer;
  memoryCanShift(memory: Pointer): boolean;
  sequenceRemove(memory: Pointer, sequence: number, start: number, end: number): boolean;
  sequenceCopy(memory: Pointer, from: number, to: number, start: number, end: number): void;
  sequenceShift(memory: Pointer, sequence: number, start: number, end: number, by: number): void;
  sequenceLast(memory: Pointer, sequence: number): number;
  /** Bytes of the cells of a sequence, and the cells themselves: positions, keys, values. 0 = there was no room. */
  stateSize(context: Pointer, sequence: number): number | bigint;
  stateRead(context: Pointer, into: Uint8Array, size: number, sequence: number): number | bigint;
  stateWrite(context: Pointer, from: Uint8Array, size: number, sequence: number): number | bigint;
  batchInit(tokens: number, embedding: number, sequences: number): Struct;
  decode(context: Pointer, batch: Struct): number;
  decodeAside: Async<[context: Pointer, batch: Struct], number>;
  logits(context: Pointer): Pointer;
  /** A callback for `progress_callback` of the model parameters, which llama.cpp calls on the thread that loads. */
  loadProgress(onProgress: (share: number) => boolean): {
    readonly callback: Pointer;
    release(): void;
  };
  /** Memory at a C pointer, seen without a copy. */
  view(pointer: Pointer, bytes: number): ArrayBuffer;
  /** The values of the abort fields of the context parameters, and the switch. */
  readonly abort: { readonly callback: Pointer; readonly data: Pointer; set(on: boolean): void };
}

/** Loads the library, compares every struct with its compiled layout, and binds the functions. Once per process. */
export function bind(library: NativeLibrary): Binding {
  defineStructs(library);
  koffi.load(libraryFile(library.directory, "ggml-base"));
  const ggml = koffi.load(libraryFile(library.directory, "ggml"));
  const llama = koffi.load(libraryFile(library.directory, "llama"));
  const f = (declaration: string) => llama.func(declaration);

  const decode = f("int32_t llama_decode(void *context, llama_batch batch)");
  const binding: Binding = {
    modelDefaultParams: f("llama_model_params llama_model_default_params()"),
    contextDefaultParams: f("llama_context_params llama_context_default_params()"),
    modelLoad: f("void *llama_model_load_from_file(const char *path, llama_model_params params)"),
    modelFree: f("void llama_model_free(void *model)"),
    modelVocab: f("void *llama_model_get_vocab(void *model)"),
    modelTrainedContext: f("int32_t llama_model_n_ctx_train(void *model)"),
    modelSize: f("uint64_t llama_model_size(void *model)"),
    modelParameters: f("uint64_t llama_model_n_params(void *model)"),
    modelLayers: f("int32_t llama_model_n_layer(void *model)"),
    modelWindow: f("int32_t llama_model_n_swa(void *model)"),
    modelRopeType: f("int llama_model_rope_type(void *model)"),
    modelHasDecoder: f("bool llama_model_has_decoder(void *model)"),
    modelIsRecurrent: f("bool llama_model_is_recurrent(void *model)"),
    modelIsHybrid: f("bool llama_model_is_hybrid(void *model)"),
    modelIsDiffusion: f("bool llama_model_is_diffusion(void *model)"),
    metadataCount: f("int32_t llama_model_meta_count(void *model)"),
    metadataKey: f(
      "int32_t llama_model_meta_key_by_index(void *model, int32_t i, void *buffer, size_t size)",
    ),
    metadataValue: f(
      "int32_t llama_model_meta_val_str_by_index(void *model, int32_t i, void *buffer, size_t size)",
    ),
    chatTemplate: f("const char *llama_model_chat_template(void *model, const char *name)"),
    applyChatTemplate: f(
      "int32_t llama_chat_apply_template(const char *template, const llama_chat_message *messages, size_t count, bool add_assistant, void *buffer, int32_t size)",
    ),
    vocabSize: f("int32_t llama_vocab_n_tokens(void *vocab)"),
    vocabIsEnd: f("bool llama_vocab_is_eog(void *vocab, int32_t token)"),
    vocabBegin: f("int32_t llama_vocab_bos(void *vocab)"),
    vocabAddsBegin: f("bool llama_vocab_get_add_bos(void *vocab)"),
    tokenize: f(
      "int32_t llama_tokenize(void *vocab, const void *text, int32_t size, _Out_ int32_t *tokens, int32_t room, bool add_special, bool parse_special)",
    ),
    tokenToPiece: f(
      "int32_t llama_token_to_piece(void *vocab, int32_t token, void *buffer, int32_t size, int32_t lstrip, bool special)",
    ),
    contextInit: f("void *llama_init_from_model(void *model, llama_context_params params)"),
    contextFree: f("void llama_free(void *context)"),
    contextSize: f("uint32_t llama_n_ctx(void *context)"),
    memory: f("void *llama_get_memory(void *context)"),
    memoryCanShift: f("bool llama_memory_can_shift(void *memory)"),
    sequenceRemove: f(
      "bool llama_memory_seq_rm(void *memory, int32_t sequence, int32_t start, int32_t end)",
    ),
    sequenceCopy: f(
      "void llama_memory_seq_cp(void *memory, int32_t from, int32_t to, int32_t start, int32_t end)",
    ),
    sequenceShift: f(
      "void llama_memory_seq_add(void *memory, int32_t sequence, int32_t start, int32_t end, int32_t by)",
    ),
    sequenceLast: f("int32_t llama_memory_seq_pos_max(void *memory, int32_t sequence)"),
    stateSize: f("size_t llama_state_seq_get_size(void *context, int32_t sequence)"),
    stateRead: f(
      "size_t llama_state_seq_get_data(void *context, void *into, size_t size, int32_t sequence)",
    ),
    stateWrite: f(
      "size_t llama_state_seq_set_data(void *context, const void *from, size_t size, int32_t sequence)",
    ),
    batchInit: f(
      "llama_batch llama_batch_init(int32_t tokens, int32_t embedding, int32_t sequences)",
    ),
    decode,
    decodeAside: (context, batch) =>
      new Promise((resolve, reject) => {
        decode.async(context, batch, (error: unknown, result: number) =>
          error ? reject(error) : resolve(result),
        );
      }),
    logits: f("void *llama_get_logits(void *context)"),
    loadProgress(onProgress) {
      const callback = koffi.register(onProgress, koffi.pointer(progressType()));
      return {
        callback: callback as unknown as Pointer,
        release: () => koffi.unregister(callback),
      };
    },
    view: (pointer, bytes) => koffi.view(pointer, bytes),
    abort: abortSwitch(),
  };
  checkCanaries("llama_model_params", binding.modelDefaultParams(), library);
  checkCanaries("llama_context_params", binding.contextDefaultParams(), library);

  f("void llama_backend_init()")();
  ggml.func("void ggml_backend_load_all_from_path(const char *directory)")(library.directory);
  return binding;
}

let progressPrototype: ReturnType<typeof koffi.proto> | undefined;

function progressType(): ReturnType<typeof koffi.proto> {
  progressPrototype ??= koffi.proto("bool redraft_load_progress(float share, void *data)");
  return progressPrototype;
}

function defineStructs(library: NativeLibrary): void {
  for (const { name, size, fields } of releases[library.release] ?? []) {
    koffi.struct(name, Object.fromEntries(fields.map(([field, type]) => [field, type])));
    const wrong = fields.find(([field, , offset]) => koffi.offsetof(name, field) !== offset);
    if (wrong !== undefined || koffi.sizeof(name) !== size) {
      throw layoutError(
        library,
        `${name}${wrong ? `.${wrong[0]}` : ""} lies elsewhere on this platform`,
      );
    }
  }
}

function checkCanaries(struct: string, defaults: Struct, library: NativeLibrary): void {
  for (const [field, expected] of Object.entries(defaultCanaries[struct] ?? {})) {
    if (defaults[field] !== expected) {
      throw layoutError(
        library,
        `${struct}.${field} reads ${String(defaults[field])} where the library's default is ${expected}`,
      );
    }
  }
}

function layoutError(library: NativeLibrary, what: string): RedraftError {
  return new RedraftError(
    "model-unavailable",
    `${library.package} (llama.cpp ${library.release}) does not have the expected data layout: ${what}. Install the version that redraft names.`,
  );
}

/**
 * Native cancellation without native code of ours: llama.cpp asks its abort callback between graph nodes, on
 * its own threads, where JavaScript must not be called. libc's `atoi` is such a callback: given a buffer that
 * holds "0" or "1" it answers false or true.
 */
function abortSwitch(): Binding["abort"] {
  const libc = koffi.load(
    { linux: "libc.so.6", darwin: "libSystem.B.dylib", win32: "ucrtbase.dll" }[
      process.platform as "linux"
    ],
  );
  const data = koffi.alloc("uint8_t", 8) as Pointer;
  const flag = new Uint8Array(koffi.view(data, 8));
  flag.fill(0);
  const set = (on: boolean): void => {
    flag[0] = on ? 0x31 : 0x30;
  };
  set(false);
  return { callback: libc.symbol("atoi") as Pointer, data, set };
}
