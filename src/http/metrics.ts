type MetricLabels = Readonly<Record<string, string>>;

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  lines(): string[];
}

export interface Counter {
  add(labels?: MetricLabels, amount?: number): void;
}

export interface Histogram {
  /** @param seconds the observed value */
  observe(seconds: number, labels?: MetricLabels): void;
}

export interface Registry {
  counter(name: string, help: string): Counter;
  /** A value that is computed when the metrics are read. */
  gauge(name: string, help: string, read: () => number): void;
  histogram(name: string, help: string, buckets: readonly number[]): Histogram;
  /** All metrics in Prometheus' text format 0.0.4. */
  render(): string;
}

/** Counters in the Prometheus text format. Labels come from fixed sets only, so memory stays flat. */
export function createRegistry(): Registry {
  const metrics: Metric[] = [];
  return {
    counter(name, help) {
      const values = new Map<string, number>();
      metrics.push({
        name,
        help,
        type: "counter",
        lines: () => [...values].map(([labels, value]) => `${name}${labels} ${value}`),
      });
      return {
        add(labels = {}, amount = 1) {
          const key = labelText(labels);
          values.set(key, (values.get(key) ?? 0) + amount);
        },
      };
    },
    gauge(name, help, read) {
      metrics.push({ name, help, type: "gauge", lines: () => [`${name} ${read()}`] });
    },
    histogram(name, help, buckets) {
      const series = new Map<string, { labels: MetricLabels; counts: number[]; sum: number }>();
      metrics.push({
        name,
        help,
        type: "histogram",
        lines: () =>
          [...series.values()].flatMap(({ labels, counts, sum }) => {
            const total = counts.at(-1)!;
            return [
              ...buckets.map(
                (limit, index) =>
                  `${name}_bucket${labelText({ ...labels, le: String(limit) })} ${counts[index]}`,
              ),
              `${name}_bucket${labelText({ ...labels, le: "+Inf" })} ${total}`,
              `${name}_sum${labelText(labels)} ${sum}`,
              `${name}_count${labelText(labels)} ${total}`,
            ];
          }),
      });
      return {
        observe(seconds, labels = {}) {
          const key = labelText(labels);
          let entry = series.get(key);
          if (entry === undefined) {
            entry = { labels, counts: new Array<number>(buckets.length + 1).fill(0), sum: 0 };
            series.set(key, entry);
          }
          entry.sum += seconds;
          for (const [index, limit] of buckets.entries()) {
            if (seconds <= limit) entry.counts[index]! += 1;
          }
          entry.counts[buckets.length]! += 1;
        },
      };
    },
    render() {
      return metrics
        .flatMap((metric) => [
          `# HELP ${metric.name} ${metric.help}`,
          `# TYPE ${metric.name} ${metric.type}`,
          ...metric.lines(),
          "",
        ])
        .join("\n");
    },
  };
}

function labelText(labels: MetricLabels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return "";
  const escaped = (text: string): string =>
    text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return `{${entries.map(([name, value]) => `${name}="${escaped(value)}"`).join(",")}}`;
}
