/** Something that a model's doctor has noticed. */
export interface Finding {
  /** What kind it is; stable, for programs. */
  readonly id:
    | "inputsNotFinite"
    | "inputsUnscaled"
    | "inputsScaledTwice"
    | "inputsConstant"
    | "labelsOneHot"
    | "labelsInteger"
    | "labelsShape"
    | "labelsOutOfRange"
    | "oneClassOnly"
    | "classMissing"
    | "classImbalance"
    | "probabilitiesAsLogits"
    | "logitsAsProbabilities"
    | "deadRelus"
    | "weightsNotFinite"
    | "lossNotFinite"
    | "lossStuckAtChance"
    | "outputsConstant";
  /** `"error"`: training cannot work; `"warning"`: it probably does badly. */
  readonly severity: "error" | "warning";
  /** Input, output or layer. */
  readonly where: string;
  /** What was noticed, with its numbers. */
  readonly seen: string;
  /** What to do. */
  readonly advice: string;
}
