/** The part of asciichart 1.5 that is used; the package brings no types. */
declare module "asciichart" {
  interface PlotConfig {
    height?: number;
    min?: number;
    max?: number;
    colors?: (string | undefined)[];
    format?: (value: number) => string;
  }
  const asciichart: {
    plot(series: number[][], config?: PlotConfig): string;
    readonly blue: string;
    readonly yellow: string;
  };
  export default asciichart;
}
