# vLLM with the plug-in. Built from the root of a checkout.
FROM vllm/vllm-openai:v0.32.0
COPY python/redraft-vllm /opt/redraft-vllm
RUN pip install --no-cache-dir "/opt/redraft-vllm[sidecar]"
