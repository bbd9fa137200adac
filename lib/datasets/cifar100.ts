/**
 * CIFAR-100: a hundred classes of 600 images; one file of 50,000 training records and one of 10,000 test records
 * (`cifar_binary.ts`). A record has two labels, first the superclass, of which there are twenty, then the class. Only the
 * class counts here.
 */
import { type CifarForm, type CifarOptions, loadCifar } from "./cifar_binary.ts";
import type { Dataset } from "./image_set.ts";

/** Class names, as in the archive's `fine_label_names.txt`. */
const classes = [
  "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can",
  "castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin",
  "elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster",
  "man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck",
  "pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk",
  "skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger",
  "tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm",
].flatMap((line) => line.split(" "));

/** Its form. The archive's MD5 is published on the site; those of the files are from public code that checks them. */
export const CIFAR100: CifarForm = {
  name: "cifar100",
  title: "CIFAR-100",
  archive: {
    name: "cifar-100-binary.tar.gz",
    url: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    bytes: 168_513_733,
    md5: "03b5dce01913d631647c71ecec9e9cb8",
  },
  folder: "cifar-100-binary",
  files: [
    { name: "train.bin", records: 50_000, md5: "6172c7755cfe09b2fe270c85cebc1b15" },
    { name: "test.bin", records: 10_000, md5: "4499cfba6c016c1be1438163640a0898" },
  ],
  labels: [20, 100],
  classes,
};

/** Loads it: see {@linkcode loadCifar}. */
export function cifar100(options: CifarOptions = {}): Promise<Dataset> {
  return loadCifar(CIFAR100, options);
}
