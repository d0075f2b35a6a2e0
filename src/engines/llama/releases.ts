/** A field of a C struct: its C type and its byte offset as a C compiler gave it. */
export type Field = readonly [name: string, type: string, offset: number];

/** A C struct as it is laid out in one llama.cpp release. */
export interface StructLayout {
  readonly name: string;
  readonly size: number;
  readonly fields: readonly Field[];
}

const pointer = "void *";

/** Printed by scripts/llama-layout.c, compiled against llama.h of v0.4.0 and of v0.5.0: the same for both. */
const layout2026: readonly StructLayout[] = [
  {
    name: "llama_model_params",
    size: 80,
    fields: [
      ["devices", pointer, 0],
      ["tensor_buft_overrides", pointer, 8],
      ["n_gpu_layers", "int32_t", 16],
      ["split_mode", "int32_t", 20],
      ["load_mode", "int32_t", 24],
      ["lazy_mode", "int32_t", 28],
      ["main_gpu", "int32_t", 32],
      ["tensor_split", pointer, 40],
      ["progress_callback", pointer, 48],
      ["progress_callback_user_data", pointer, 56],
      ["kv_overrides", pointer, 64],
      ["vocab_only", "bool", 72],
      ["check_tensors", "bool", 73],
      ["use_extra_bufts", "bool", 74],
      ["no_host", "bool", 75],
      ["no_alloc", "bool", 76],
      ["load_mtp", "bool", 77],
    ],
  },
  {
    name: "llama_context_params",
    size: 160,
    fields: [
      ["n_ctx", "uint32_t", 0],
      ["n_batch", "uint32_t", 4],
      ["n_ubatch", "uint32_t", 8],
      ["n_seq_max", "uint32_t", 12],
      ["n_rs_seq", "uint32_t", 16],
      ["n_outputs_max", "uint32_t", 20],
      ["n_outputs_max_per_seq", "uint32_t", 24],
      ["n_threads", "int32_t", 28],
      ["n_threads_batch", "int32_t", 32],
      ["ctx_type", "int32_t", 36],
      ["rope_scaling_type", "int32_t", 40],
      ["pooling_type", "int32_t", 44],
      ["attention_type", "int32_t", 48],
      ["flash_attn_type", "int32_t", 52],
      ["rope_freq_base", "float", 56],
      ["rope_freq_scale", "float", 60],
      ["yarn_ext_factor", "float", 64],
      ["yarn_attn_factor", "float", 68],
      ["yarn_beta_fast", "float", 72],
      ["yarn_beta_slow", "float", 76],
      ["yarn_orig_ctx", "uint32_t", 80],
      ["defrag_thold", "float", 84],
      ["cb_eval", pointer, 88],
      ["cb_eval_user_data", pointer, 96],
      ["type_k", "int32_t", 104],
      ["type_v", "int32_t", 108],
      ["abort_callback", pointer, 112],
      ["abort_callback_data", pointer, 120],
      ["embeddings", "bool", 128],
      ["offload_kqv", "bool", 129],
      ["no_perf", "bool", 130],
      ["op_offload", "bool", 131],
      ["swa_full", "bool", 132],
      ["kv_unified", "bool", 133],
      ["samplers", pointer, 136],
      ["n_samplers", "size_t", 144],
      ["ctx_other", pointer, 152],
    ],
  },
  {
    name: "llama_batch",
    size: 56,
    fields: [
      ["n_tokens", "int32_t", 0],
      ["token", pointer, 8],
      ["embd", pointer, 16],
      ["pos", pointer, 24],
      ["n_seq_id", pointer, 32],
      ["seq_id", pointer, 40],
      ["logits", pointer, 48],
    ],
  },
  {
    name: "llama_chat_message",
    size: 16,
    fields: [
      ["role", "const char *", 0],
      ["content", "const char *", 8],
    ],
  },
];

/**
 * The llama.cpp releases whose structs were compared with a compiled header. The C interface is not stable and
 * a wrong struct fails silently, so a release that is not here is refused.
 */
export const releases: Readonly<Record<string, readonly StructLayout[]>> = {
  "v0.4.0": layout2026, // @node-llama-cpp/* 3.21.1
  "v0.5.0": layout2026, // @node-llama-cpp/* 3.22.1
};

/**
 * Versions to install. Not all of these packages came out in every version, and those for arm64 on Linux and
 * Windows claim x64 as well (npm would install them there too), so they are named here and not depended upon.
 */
export const packageVersions: Readonly<Record<string, string>> = {
  "@node-llama-cpp/linux-x64": "3.22.1",
  "@node-llama-cpp/linux-arm64": "3.22.1",
  "@node-llama-cpp/mac-arm64-metal": "3.21.1",
  "@node-llama-cpp/mac-x64": "3.21.1",
  "@node-llama-cpp/win-x64": "3.21.1",
  "@node-llama-cpp/win-arm64": "3.21.1",
};

/** Defaults that the library itself fills in: read back at start, they show that fields lie where we think. */
export const defaultCanaries: Readonly<Record<string, Readonly<Record<string, number | boolean>>>> =
  {
    llama_model_params: { n_gpu_layers: -1, split_mode: 1, use_extra_bufts: true, load_mtp: false },
    llama_context_params: {
      n_ctx: 512,
      n_batch: 2048,
      n_ubatch: 512,
      n_seq_max: 1,
      n_outputs_max_per_seq: 1,
      rope_scaling_type: -1,
      flash_attn_type: -1,
      yarn_ext_factor: -1,
      defrag_thold: -1,
      type_k: 1,
      type_v: 1,
      offload_kqv: true,
      no_perf: true,
      swa_full: true,
      kv_unified: false,
      n_samplers: 0,
    },
  };
