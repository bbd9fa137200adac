/** Texts: parts of them, runs of words, hashes. */
import * as tf from "@tensorflow/tfjs";
import { flag, int, ints, text, type } from "../attributes.ts";
import { type Inputs, kernel } from "./kernel.ts";

/** Splits each text at the delimiters: indices `[n, 2]`, parts `[n]` and the shape that they would fill. */
export const stringSplit = kernel<Inputs<"input" | "delimiter">, tf.StringSplitAttrs>(
  tf.StringSplit,
  ({ inputs: { input, delimiter }, attrs, run }) =>
    run("StringSplit", [input, delimiter], { skip_empty: flag(attrs.skipEmpty) }, 3),
);

/** Joins neighbouring texts of each row of a ragged array. */
export const stringNGrams = kernel<Inputs<"data" | "dataSplits">, tf.StringNGramsAttrs>(
  tf.StringNGrams,
  ({ inputs: { data, dataSplits }, attrs, run }) =>
    run(
      "StringNGrams",
      [data, dataSplits],
      {
        separator: text(attrs.separator),
        ngram_widths: ints(attrs.nGramWidths),
        left_pad: text(attrs.leftPad),
        right_pad: text(attrs.rightPad),
        pad_width: int(attrs.padWidth),
        preserve_short_sequences: flag(attrs.preserveShortSequences),
        Tsplits: type("int32"),
      },
      2,
    ),
);

/** Gives each text one of a number of buckets by its hash. */
export const stringToHashBucketFast = kernel<Inputs<"input">, tf.StringToHashBucketFastAttrs>(
  tf.StringToHashBucketFast,
  ({ inputs: { input }, attrs, run }) =>
    run("StringToHashBucketFast", [input], { num_buckets: int(attrs.numBuckets) })[0],
);
