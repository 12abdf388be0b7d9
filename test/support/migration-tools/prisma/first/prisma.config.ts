import { PrismaPg } from "@prisma/adapter-pg";
import Result from "pg/lib/result.js";
import { defineConfig } from "prisma/config";

// Prisma's JavaScript engine does not know PostgreSQL's type of names: it gets them as text.
const { addFields } = Result.prototype;
Result.prototype.addFields = function (fields) {
  for (const field of fields) if (field.dataTypeID === 19) field.dataTypeID = 25;
  addFields.call(this, fields);
};

export default defineConfig({
  experimental: { adapter: true },
  engine: "js",
  schema: "prisma/schema.prisma",
  adapter: async () => new PrismaPg({ connectionString: process.env.DATABASE_URL }),
});
