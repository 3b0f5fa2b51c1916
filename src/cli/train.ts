import { Command } from "commander";
import { addDataOptions } from "./data/options.ts";
import { datasetArgument } from "./datasets.ts";
import { backendOptions, jsonOption, oneOf, positiveNumber, share, wholeNumber } from "./option-values.ts";
import type { TrainOptions } from "./train/options.ts";

export function trainCommand(): Command {
  const command = new Command("train")
    .description("Train a network, measure it on the test set, and save model, history and report.")
    .argument("[dataset]", datasetArgument, "mnist")
    .option(
      "-m, --model <spec.json>",
      "layers as JSON; article: that of the article; auto: chosen for the size of the images (default: article for MNIST and its like, else auto)",
    )
    .option("--augment", "change every picture a little each time it is trained on")
    .option(
      "-e, --epochs <n>",
      "passes over the training samples (default: 5; 20 with --model auto)",
      wholeNumber(1),
    )
    .option(
      "--steps <n>",
      "stop after n optimizer steps in all; without --epochs, however many epochs that takes",
      wholeNumber(1),
    )
    .option(
      "-b, --batch-size <n>",
      "samples of one step (default: 32; 16 with --model auto and fewer than 5,000 samples)",
      wholeNumber(1),
    )
    .option("--optimizer <name>", "adam or sgd", oneOf("adam", "sgd"), "adam")
    .option(
      "--learning-rate <rate>",
      "step size (default: 0.001 for adam, 0.003 with --model auto; 0.01 for sgd)",
      positiveNumber,
    )
    .option("--seed <n>", "decides first weights and the order of samples", wholeNumber(0), 1)
    .option("--validation-split <share>", "share of the samples to measure on after every epoch", share, 0)
    .option("--limit <n>", "use only the first n training samples", wholeNumber(1))
    .option("--classes <n>", "number of classes of a folder (default: from its labels)", wholeNumber(1))
    .option("--out <folder>", "where to save (default: runs/<dataset>-<time>)")
    .option(
      "--checkpoint-every <n>",
      "save what is needed to go on every n steps (default: only when stopped by a signal)",
      wholeNumber(1),
    )
    .option("--resume", "go on from the checkpoint in --out, to the same end as if nothing had happened");
  addDataOptions(command);
  for (const option of [...backendOptions(), jsonOption()]) command.addOption(option);
  return command
    .addHelpText(
      "after",
      `
Examples:
  $ convnet train                                        the article's program
  $ convnet train fashion-mnist --epochs 10 --validation-split 0.1
  $ convnet train ./photos --augment                     a folder of images for each class
  $ convnet train digits.csv --image-size 8x8 --max-value 16 --label-column last
  $ convnet train data/letters --model letters.json --out runs/letters
  $ convnet train --limit 6000 --epochs 1                a quick look
  $ convnet train --steps 200 --json                     for scripts
  $ convnet train --out runs/x --checkpoint-every 100    leaves runs/x/checkpoint.safetensors
  $ convnet train --out runs/x --resume                  goes on from there

A spec is {"layers": [{"type": "conv2d", "filters": 64, "kernelSize": 3, "activation": "relu",
"inputShape": [28, 28, 1]}, …, {"type": "dense", "units": 10, "activation": "softmax"}]}.
Ctrl-C finishes the step, saves the weights and a checkpoint, and says where.`,
    )
    .action(async (dataset: string, options: TrainOptions) => {
      const { runTraining } = await import("./train/run-training.ts");
      await runTraining(dataset, options);
    });
}
