export { type BackupOptions, backupAndRestore } from "./backup-and-restore.ts";
export { type CsvLoggerOptions, csvLogger } from "./csv-logger.ts";
export { type EarlyStoppingOptions, earlyStopping } from "./early-stopping.ts";
export { learningRateScheduler } from "./learning-rate-scheduler.ts";
export { type ModelCheckpointOptions, modelCheckpoint } from "./model-checkpoint.ts";
export type { MonitorMode, MonitorOptions } from "./monitor.ts";
export {
  type ReduceLearningRateOptions,
  reduceLearningRateOnPlateau,
} from "./reduce-learning-rate-on-plateau.ts";
export { terminateOnNan } from "./terminate-on-nan.ts";
