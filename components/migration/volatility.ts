/** PostgreSQL's functions that defaults use and that give another value for each row, by `pg_proc.provolatile`. */
const volatile = new Set([
  ...["random", "random_normal", "setseed", "clock_timestamp", "timeofday", "pg_sleep"],
  ...["nextval", "currval", "lastval", "setval", "gen_random_uuid", "gen_random_bytes", "gen_salt"],
  ...["uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuidv4", "uuidv7", "uuid_generate_v7"],
]);

/** PostgreSQL's functions that defaults use and that give one value for all rows of a statement. */
const steady = new Set([
  ...[
    "now",
    "transaction_timestamp",
    "statement_timestamp",
    "current_setting",
    "current_database",
    "version",
  ],
  ...["txid_current", "pg_current_xact_id", "timezone", "date_trunc", "date_part", "extract", "age", "date"],
  ...["make_date", "make_time", "make_timestamp", "make_timestamptz", "make_interval", "to_timestamp"],
  ...["to_char", "to_date", "to_number", "to_json", "to_jsonb", "to_tsvector", "json_build_object"],
  ...["json_build_array", "jsonb_build_object", "jsonb_build_array", "jsonb_object", "json_object"],
  ...["array_fill", "string_to_array", "array_to_string", "array_append", "array_cat", "concat", "concat_ws"],
  ...["lower", "upper", "initcap", "trim", "btrim", "ltrim", "rtrim", "replace", "regexp_replace", "format"],
  ...["left", "right", "lpad", "rpad", "repeat", "substr", "substring", "length", "char_length", "md5"],
  ...["sha224", "sha256", "sha384", "sha512", "digest", "encode", "decode", "convert_to", "convert_from"],
  ...["abs", "ceil", "floor", "round", "trunc", "mod", "power", "sqrt", "greatest", "least", "pi"],
  ...["int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange", "point", "box", "inet"],
  ...["uuid_nil", "hstore", "st_geomfromtext", "st_setsrid", "st_makepoint"],
]);

/** Tells whether a function that no migration has made can give another value for each row; unknown ones may. */
export function volatilityOf(name: string): boolean {
  const word = (name.split(".").at(-1) ?? "").toLowerCase();
  return volatile.has(word) || !steady.has(word);
}
