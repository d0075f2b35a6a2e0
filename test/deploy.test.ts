import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Namespace } from "kubernetes-models/v1/Namespace";
import { Service } from "kubernetes-models/v1/Service";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { serveCommand } from "../src/cli/serve.ts";
import { createMeasures } from "../src/http/measures.ts";

const folder = fileURLToPath(new URL("../deploy/", import.meta.url));
const root = fileURLToPath(new URL("../", import.meta.url));
const text = (path: string): string => readFileSync(`${folder}${path}`, "utf8");
// biome-ignore lint/suspicious/noExplicitAny: manifests, whose shapes the schemas check
const manifest = (path: string): any => parse(text(path), { merge: true });

/** What vLLM 0.32.0 lists under /metrics and the examples use; counters end in _total. */
const vllmMetrics = new Set(
  `e2e_request_latency_seconds_bucket spec_decode_num_accepted_tokens_total spec_decode_num_draft_tokens_total
  generation_tokens_total prompt_tokens_total num_requests_running num_requests_waiting prefix_cache_hits_total
  prefix_cache_queries_total kv_cache_usage_perc`
    .split(/\s+/)
    .map((name) => `vllm:${name}`),
);

/** Flags of `vllm serve` 0.32.0 that the examples use. */
const vllmFlags = new Set(
  "host port enable-prefix-caching per-request-spec-decode-metrics middleware speculative-config".split(
    " ",
  ),
);

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string }[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
}

const pod = manifest("kubernetes/deployment.yaml").spec.template.spec;
const containers: readonly Container[] = pod.containers;
const [vllm, merge] = containers as [Container, Container];
const compose = manifest("compose.yaml");

describe("the manifests of Kubernetes", () => {
  const kinds = { Deployment, NetworkPolicy, PodDisruptionBudget, Namespace, Service };
  const listed: readonly string[] = manifest("kubernetes/kustomization.yaml").resources;

  it.each(listed)("%s fits its schema", (path) => {
    const data = manifest(`kubernetes/${path}`);
    const kind = kinds[data.kind as keyof typeof kinds];
    expect(kind, `no schema for ${data.kind}`).toBeDefined();
    expect(() => new kind(data).validate()).not.toThrow();
    expect(() => new kind({ ...data, metadata: { name: 7 } }).validate()).toThrow();
  });

  it("are all listed, but for what needs an operator", () => {
    const files = readdirSync(`${folder}kubernetes`).filter(
      (name) => name !== "kustomization.yaml",
    );
    expect(files.sort()).toEqual([...listed, "monitor.yaml"].sort());
  });

  it("select the pods of the deployment", () => {
    const { labels } = manifest("kubernetes/deployment.yaml").spec.template.metadata;
    const selectors = [
      manifest("kubernetes/deployment.yaml").spec.selector.matchLabels,
      manifest("kubernetes/service.yaml").spec.selector,
      manifest("kubernetes/disruption.yaml").spec.selector.matchLabels,
      manifest("kubernetes/network.yaml").spec.podSelector.matchLabels,
      manifest("kubernetes/monitor.yaml").spec.selector.matchLabels,
    ];
    for (const selector of selectors) expect(labels).toMatchObject(selector);
  });

  it("name ports that exist", () => {
    const ports = containers.flatMap((container) => container.ports.map(({ name }) => name));
    const service = manifest("kubernetes/service.yaml").spec.ports;
    const named = [
      ...service.map(({ targetPort }: { targetPort: string }) => targetPort),
      ...manifest("kubernetes/network.yaml").spec.ingress.flatMap(
        (rule: { ports: readonly { port: string }[] }) => rule.ports.map(({ port }) => port),
      ),
    ];
    expect(new Set(named)).toEqual(new Set(ports));
    const endpoints = manifest("kubernetes/monitor.yaml").spec.endpoints;
    const served = service.map(({ name }: { name: string }) => name);
    expect(endpoints.map(({ port }: { port: string }) => port)).toEqual(served);
    for (const { readinessProbe, ports } of containers) {
      expect(readinessProbe.httpGet.path).toBe("/health");
      expect(ports.map(({ name }) => name)).toContain(readinessProbe.httpGet.port);
    }
  });

  it("mount volumes that exist, and take keys from the secret that the comment makes", () => {
    const volumes = pod.volumes.map(({ name }: { name: string }) => name);
    const mounted = containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
    expect(mounted.sort()).toEqual(volumes.sort());
    const comment = text("kubernetes/kustomization.yaml");
    const refs = [
      ...JSON.stringify(pod).matchAll(/"secretKeyRef":\{"name":"([a-z-]+)","key":"([a-z]+)"\}/g),
    ];
    expect(refs).toHaveLength(3);
    for (const [, secret, key] of refs) {
      expect(comment).toContain(`secret generic ${secret}`);
      expect(comment).toContain(`--from-literal=${key}=`);
    }
  });

  it("give no container more rights than it needs", () => {
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    for (const container of pod.containers) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    }
  });
});

describe("what is started", () => {
  const flags = serveCommand().options.map(({ long }) => long);

  it.each([
    ["Kubernetes", merge.args],
    ["compose", compose.services.merge.command as readonly string[]],
  ])("redraft serve in %s has flags that it knows", (_where, words) => {
    const used = words.filter((word) => word.startsWith("--"));
    expect(used.length).toBeGreaterThan(2);
    for (const flag of used) expect(flags).toContain(flag);
  });

  it.each([
    ["Kubernetes", vllm.args],
    ["compose", compose.services.vllm.command as readonly string[]],
  ])("vLLM in %s loads the plug-in", (_where, words) => {
    const settings = new Map(
      words
        .filter((word) => word.startsWith("--"))
        .map((word): [string, string] => {
          const at = word.indexOf("=");
          return at < 0 ? [word.slice(2), ""] : [word.slice(2, at), word.slice(at + 1)];
        }),
    );
    for (const flag of settings.keys()) expect(vllmFlags).toContain(flag);
    expect(JSON.parse(settings.get("speculative-config")!)).toEqual({
      method: "custom_class",
      model: "redraft_vllm.Proposer",
      num_speculative_tokens: 64,
    });
    const plugin = `${root}python/redraft-vllm/redraft_vllm/`;
    expect(readFileSync(`${plugin}__init__.py`, "utf8")).toContain("Proposer");
    expect(settings.get("middleware")).toBe("redraft_vllm.middleware.Middleware");
    expect(readFileSync(`${plugin}middleware.py`, "utf8")).toContain("class Middleware");
  });

  it("has the names of variables that the programs read, and the ports that they listen on", () => {
    const middleware = readFileSync(
      `${root}python/redraft-vllm/redraft_vllm/middleware.py`,
      "utf8",
    );
    const own = vllm.env.map(({ name }) => name).filter((name) => name.startsWith("REDRAFT_"));
    expect(own).toEqual(["REDRAFT_SERVE_URL", "REDRAFT_SERVE_KEY"]);
    for (const name of own) expect(middleware).toContain(`"${name}"`);
    const port = merge.ports[0]!.containerPort;
    expect(vllm.env.find(({ name }) => name === "REDRAFT_SERVE_URL")?.value).toBe(
      `http://127.0.0.1:${port}`,
    );
    expect(compose.services.vllm.environment.REDRAFT_SERVE_URL).toBe(`http://merge:${port}`);
    expect(text("redraft.Dockerfile")).toContain(`EXPOSE ${port}`);
    expect(serveCommand().options.find(({ long }) => long === "--api-key")?.envVar).toBe(
      "REDRAFT_API_KEY",
    );
    expect(serveCommand().options.find(({ long }) => long === "--port")?.defaultValue).toBe(port);
  });

  it("is open to this machine only, in compose", () => {
    for (const service of Object.values<{ ports?: readonly string[] }>(compose.services)) {
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
    expect(compose.services.merge.ports).toBeUndefined();
  });

  it("is the version of vLLM that the plug-in accepts", () => {
    const engine = readFileSync(`${root}python/redraft-vllm/redraft_vllm/engine.py`, "utf8");
    const [, major, minor] = text("vllm.Dockerfile").match(/vllm-openai:v(\d+)\.(\d+)\./)!;
    expect(engine).toContain(`KNOWN_VERSIONS = ((${major}, ${minor}),)`);
  });

  it("runs on one machine by a script that bash can read", () => {
    const { status, stderr } = spawnSync("bash", ["-n", `${folder}local`], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
  });
});

describe("metrics", () => {
  const dashboard = JSON.parse(text("grafana/dashboards/redraft.json"));

  it("on the dashboard are those that the programs have", () => {
    const measures = createMeasures();
    measures.seconds.observe(1);
    const names = [...measures.registry.render().matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(
      ([, name, type]) => (type === "histogram" ? `${name}_bucket` : name!),
    );
    const known = new Set([...names, ...vllmMetrics]);
    const used = new Set<string>();
    for (const { title, targets } of dashboard.panels) {
      expect(targets.length, title).toBeGreaterThan(0);
      for (const { expr } of targets) {
        const found = expr.match(/\b(?:redraft_|vllm:)\w+/g) ?? [];
        expect(found, expr).not.toHaveLength(0);
        for (const name of found) used.add(name);
      }
    }
    for (const name of used) expect([...known]).toContain(name);
    expect([...vllmMetrics].filter((name) => !used.has(name))).toEqual([]);
  });

  it("are scraped from the services of compose, by the source that the dashboard names", () => {
    const { scrape_configs: jobs } = manifest("prometheus/prometheus.yaml");
    const targets = jobs.flatMap(
      (job: { static_configs: readonly { targets: readonly string[] }[] }) =>
        job.static_configs.flatMap((entry) => entry.targets),
    );
    expect(targets).toEqual(["vllm:8000", "merge:8787"]);
    for (const target of targets) expect(compose.services).toHaveProperty(target.split(":")[0]);
    const [source] = manifest("grafana/provisioning/datasources/prometheus.yaml").datasources;
    for (const { datasource } of dashboard.panels) expect(datasource.uid).toBe(source.uid);
    const mounted: readonly string[] = compose.services.grafana.volumes;
    for (const volume of mounted) expect(existsSync(`${folder}${volume.split(":")[0]}`)).toBe(true);
  });
});
