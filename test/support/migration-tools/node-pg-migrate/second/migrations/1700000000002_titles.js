export const up = (pgm) => {
  pgm.addColumn("notes", { title: "text" });
  pgm.dropColumn("notes", "old");
};
export const down = (pgm) => {
  pgm.addColumn("notes", { old: "text" });
  pgm.dropColumn("notes", "title");
};
