export const up = (pgm) => {
  pgm.createTable("half", { id: "id" });
  pgm.sql("SELECT 1 / 0");
};
