/** Readers of arrays and archives, whatever they hold. */
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { backboneOf } from "../../lib/backbones/table.ts";
import { stream } from "../../lib/engine/streams.ts";
import { pytorchFile, readWeights, type Weights } from "../../lib/experiment/weights.ts";
import { bytesEach, type NamedArray, sizeOf } from "../../lib/files/arrays.ts";
import { download } from "../../lib/files/download.ts";
import { decodeNpy, encodeNpy } from "../../lib/files/npy.ts";
import { decodeNpz, encodeNpz } from "../../lib/files/npz.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  openSealedSafetensors,
  sealSafetensors,
} from "../../lib/files/safetensors.ts";
import { readTarGz } from "../../lib/files/tar.ts";
import { openZip } from "../../lib/files/zip.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { METHODS } from "../../lib/methods/table.ts";
import { byHand, fixture } from "../files/arrays_by_hand.ts";
import { anything, joined, placed, type Reader, unchanged } from "./reader.ts";

const arrays = new Map(Object.entries(byHand));
const sent = new Uint8Array(2000).map((_, i) => i * i);

/** Whether arrays have as many numbers as their shapes say. */
function whole(found: unknown): string | null {
  const bad = [...found as Map<string, NamedArray>].find(([, { dtype, shape, data }]) =>
    sizeOf(shape) !== data.length || data.BYTES_PER_ELEMENT !== bytesEach(dtype)
  );
  return bad === undefined ? null : `${bad[0]}: ${bad[1].data.length} numbers for [${bad[1].shape}]`;
}

async function tar(): Promise<Uint8Array> {
  const archive = pack();
  for (const [k, name] of ["folder/a.bin", "folder/b.bin", "other"].entries()) {
    archive.entry({ name, mtime: new Date(0) }, new Uint8Array(700 * (k + 1)).map((_, i) => i * (k + 3)));
  }
  archive.finalize();
  return joined(await Array.fromAsync(archive as AsyncIterable<Uint8Array>));
}

async function zip(level: number): Promise<Uint8Array> {
  const archive = new ZipWriter(new Uint8ArrayWriter(), { level, useWebWorkers: false });
  for (const [k, name] of ["folder/a.bin", "folder/b.bin", "other"].entries()) {
    await archive.add(name, new Uint8ArrayReader(new Uint8Array(300 * (k + 1)).map((_, i) => i * (k + 3))));
  }
  return await archive.close();
}

/** A network under PyTorch's names. */
export function network(): Uint8Array {
  const width = 1 / 16, { init, channels } = backboneOf({ name: "classifier32", width });
  const { params, state } = init(stream(0, "trust"));
  const head = softmax.init({ classes: 3, channels }, stream(1, "trust"));
  const weights = {
    name: "classifier32",
    method: softmax,
    classes: 3,
    normalisation: { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] },
    network: { params: { backbone: params, method: head }, state },
  } as unknown as Weights;
  const file = pytorchFile(weights);
  return joined(encodeSafetensors(file.arrays, file.metadata));
}

/** The readers. */
export const arrayReaders: readonly Reader[] = [
  {
    name: ".npy",
    samples: () =>
      Promise.all(
        ["numpy_v2.npy", "numpy_v3.npy"].map(fixture).concat(
          [...arrays.values()].map((array) => Promise.resolve(encodeNpy(array))),
        ),
      ),
    read: (bytes) => new Map([["array", decodeNpy(bytes, "a.npy")]]),
    accepts: whole,
  },
  {
    name: ".npz",
    samples: () => Promise.all([fixture("numpy_savez.npz"), fixture("numpy_savez_compressed.npz"), encodeNpz(arrays)]),
    read: (bytes) => decodeNpz(bytes, "a.npz"),
    accepts: unchanged,
  },
  {
    name: ".npz with damage under sound checksums",
    samples: () => Promise.resolve([...arrays.values()].map(encodeNpy)),
    async read(bytes) {
      const archive = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
      await archive.add("a.npy", new Uint8ArrayReader(bytes));
      return await decodeNpz(await archive.close(), "a.npz");
    },
    accepts: whole,
  },
  {
    name: "safetensors",
    samples: async () => [await fixture("python.safetensors"), joined(encodeSafetensors(arrays, { note: "here" }))],
    read: (bytes) => decodeSafetensors(bytes, "a.safetensors").arrays,
    accepts: whole,
  },
  {
    name: "sealed safetensors",
    samples: () => Promise.resolve([joined(sealSafetensors(arrays, { note: "here" }))]),
    read: (bytes) => openSealedSafetensors(bytes, "a.safetensors"),
    accepts: unchanged,
  },
  {
    name: "weights under PyTorch's names",
    samples: () => Promise.resolve([network()]),
    read: async (bytes, folder) => await readWeights(await placed(bytes, `${folder}/net.safetensors`), METHODS),
    accepts: anything,
  },
  {
    name: "tar.gz",
    samples: async () => [gzipSync(await tar())],
    read: async (bytes, folder) =>
      await Array.fromAsync(readTarGz(await placed(bytes, `${folder}/a.tar.gz`), (name) => name !== "other")),
    accepts: unchanged,
  },
  {
    name: "tar with damage under a sound gzip",
    samples: async () => [await tar()],
    read: async (bytes, folder) =>
      await Array.fromAsync(readTarGz(await placed(gzipSync(bytes), `${folder}/b.tar.gz`), () => true)),
    accepts: anything,
  },
  {
    name: "zip",
    samples: () => Promise.all([zip(0), zip(9)]),
    async read(bytes, folder) {
      using archive = await openZip(await placed(bytes, `${folder}/a.zip`), 1 << 20);
      const names = ["folder/a.bin", "folder/b.bin", "other"];
      return new Map(await Promise.all(names.map(async (name) => [name, await archive.read(name)] as const)));
    },
    accepts: unchanged,
  },
  {
    name: "a download that lies there",
    samples: () => Promise.resolve([sent]),
    async read(bytes, folder) {
      const md5 = createHash("md5").update(sent).digest("hex");
      const path = await placed(bytes, `${folder}/file.bin`);
      await download({ url: "http://127.0.0.1:9/", path, md5, label: "the file" });
      return await Deno.readFile(path);
    },
    accepts: unchanged,
  },
];
