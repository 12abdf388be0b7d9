export const up = (pgm) => {
  pgm.createTable("notes", { id: "id", body: "text", old: "text" });
};
export const down = (pgm) => {
  pgm.dropTable("notes");
};
