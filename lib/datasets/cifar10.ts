/** CIFAR-10: ten classes; five training batches and one test batch of 10,000 records (`cifar_binary.ts`). */
import { type CifarForm, type CifarOptions, loadCifar } from "./cifar_binary.ts";
import type { Dataset } from "./image_set.ts";

/** MD5 of the files in the official archive, as prabhuomkar/pytorch-cpp checks them (cmake/fetch_cifar10.cmake). */
const files = {
  "data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25",
  "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
  "data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421",
  "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
  "data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d",
  "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
};

/** Its form. */
export const CIFAR10: CifarForm = {
  name: "cifar10",
  title: "CIFAR-10",
  archive: {
    name: "cifar-10-binary.tar.gz",
    url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    bytes: 170_052_171,
    md5: "c32a1d4ab5d03f1284b67883e8d87530", // published on the site
  },
  folder: "cifar-10-batches-bin",
  files: Object.entries(files).map(([name, md5]) => ({ name, records: 10_000, md5 })),
  labels: [10],
  classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
};

/** Loads it: see {@linkcode loadCifar}. */
export function cifar10(options: CifarOptions = {}): Promise<Dataset> {
  return loadCifar(CIFAR10, options);
}
