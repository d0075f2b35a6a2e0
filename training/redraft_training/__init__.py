"""The recipe that makes Redraft's small models: edits from git histories to a GGUF."""
