/** As much of the reader as the tests take. */
declare const reader: {
  extractMachinesFromFile(source: string): { machines: { toConfig(): Record<string, unknown> | undefined }[] } | null;
};
export = reader;
