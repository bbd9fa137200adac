/** The splits as Markdown tables with class names, for `docs/protocol.md`. */
import { CIFAR10 } from "./cifar10.ts";
import { CIFAR100 } from "./cifar100.ts";
import { plusSplit, type Protocol, type Split, split, type SplitDataset } from "./splits.ts";

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
const TRIALS = [0, 1, 2, 3, 4];

/** What the tables are called, which protocol, and the classes' names; TinyImageNet's are known by number only. */
const LISTS: { title: string; dataset: SplitDataset; protocol: Protocol; names: readonly string[] | null }[] = [
  { title: "CIFAR10, ARPL", dataset: "cifar10", protocol: "arpl", names: CIFAR10.classes },
  { title: "CIFAR10, CSSR", dataset: "cifar10", protocol: "cssr", names: CIFAR10.classes },
  { title: "SVHN, ARPL", dataset: "svhn", protocol: "arpl", names: DIGITS },
  { title: "SVHN, CSSR", dataset: "svhn", protocol: "cssr", names: DIGITS },
  { title: "MNIST, ARPL", dataset: "mnist", protocol: "arpl", names: DIGITS },
  { title: "TinyImageNet, ARPL", dataset: "tiny_imagenet", protocol: "arpl", names: null },
  { title: "TinyImageNet, CSSR", dataset: "tiny_imagenet", protocol: "cssr", names: null },
];

/** All splits, a table for each list: known classes in the order of their labels; of CIFAR+N the unknown ones too. */
export function splitsMarkdown(): string {
  const tables = LISTS.map(({ title, dataset, protocol, names }) => {
    const rows = TRIALS.map((trial) => [String(trial), listed(split(dataset, trial, protocol).known, names)]);
    return table(title, ["Trial", names === null ? "Known classes, by number" : "Known classes"], rows);
  });
  const both = [...CIFAR10.classes, ...CIFAR100.classes];
  const plus = ([10, 50] as const).map((count) => {
    const of = (trial: number): Split => plusSplit(count, trial);
    const rows = TRIALS.map((trial) => [String(trial), listed(of(trial).known, both), listed(of(trial).unknown, both)]);
    return table(`CIFAR+${count}, ARPL`, ["Trial", "Known classes of CIFAR-10", "Unknown classes of CIFAR-100"], rows);
  });
  return [...tables, ...plus].join("\n\n");
}

function listed(numbers: readonly number[], names: readonly string[] | null): string {
  return numbers.map((number) => names === null ? number : names[number].replaceAll("_", " ")).join(", ");
}

function table(title: string, titles: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [`**${title}**`, "", line(titles), line(titles.map((_, i) => i === 0 ? "---:" : "---")), ...rows.map(line)]
    .join("\n");
}
