/** Everything that is known about a loaded model, in plain data. */
export interface ModelInfo {
  readonly path: string;
  /** `general.name` of the file, or the file's name. */
  readonly name: string;
  readonly architecture: string;
  readonly vocabSize: number;
  /** Longest sequence it was trained on. */
  readonly trainedContext: number;
  readonly parameters: number;
  /** Bytes of weights. */
  readonly size: number;
  /** GGUF metadata, arrays left out. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly chatTemplate?: string;
  /** Tokens after which a generation ends. */
  readonly endTokens: readonly number[];
  /** Present where the vocabulary asks for it at the start of every text. */
  readonly beginToken?: number;
  /** False for recurrent and hybrid models: their state cannot forget rejected tokens. */
  readonly rewind: boolean;
  /** Absent when only the vocabulary was loaded. */
  readonly context?: {
    readonly size: number;
    readonly maxVerify: number;
    readonly threads: number;
    /** Sequence ids: open sequences and branches of a tree share them. */
    readonly sequences: number;
    readonly kvEdit: "splice" | "delete-only" | "none";
    /** llama.cpp release and package, for reports. */
    readonly engine: string;
  };
}

/** How keys and values are stored. `q8_0` halves their memory; its keys cannot be rotated without damage. */
export type CacheType = "f32" | "f16" | "q8_0";

/** How to load. All of it is plain data: it crosses the process boundary. */
export interface LoadOptions {
  readonly model: string;
  readonly vocabOnly: boolean;
  /** 0 = the trained length, at most 8,192. */
  readonly contextSize: number;
  readonly threads: number;
  /** Rows that one forward pass may give; longer verifications go in chunks. */
  readonly outputs: number;
  /** Layers on the GPU; 0 = CPU only, -1 = all. */
  readonly gpuLayers: number;
  readonly flashAttention: "auto" | "on" | "off";
  readonly cacheType: CacheType;
}
