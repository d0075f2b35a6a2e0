export { type EditFileToolOptions, editFileTool } from "./edit-file.ts";
export { type PredictionSource, predictionMiddleware, withPrediction } from "./prediction.ts";
