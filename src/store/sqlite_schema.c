/* The schema, and every statement that is used on it, side by side, so that they can be read together. */
#include "store/sqlite_file.h"

/* The log can only grow; the one change it allows is to erase a payload. Whoever may write the file can drop the triggers,
 * so they guard against mistakes; the chain shows intent.
 *
 * `incident` is an index of the log: it can be made again from the marks. Its key is first_seq, for lists are in that order.
 * A file that goes on from another begins with the incidents that were live then ("carried"), so that the last file
 * alone says what is live and what is open. */
const char *const sqlite_schema_text =
    "CREATE TABLE meta("
    " id INTEGER PRIMARY KEY CHECK (id = 1),"
    " base_seq INTEGER NOT NULL,"              /* the last record before this file */
    " base_link BLOB NOT NULL,"
    " probes INTEGER NOT NULL"                 /* changed to see whether the disk takes writes again */
    ") STRICT;"
    "CREATE TABLE log("
    " seq INTEGER PRIMARY KEY,"
    " at INTEGER NOT NULL,"                    /* microseconds since 1970, UTC */
    " incident INTEGER NOT NULL,"
    " kind INTEGER NOT NULL,"
    " mark INTEGER NOT NULL,"
    " digest BLOB NOT NULL,"                   /* SHA-256 of the payload; stays when the payload is erased */
    " link BLOB NOT NULL,"
    " payload BLOB"                            /* NULL: redacted */
    ") STRICT;"
    "CREATE INDEX log_incident ON log(incident);"
    "CREATE INDEX log_house ON log(kind) WHERE incident = 0;"
    "CREATE TRIGGER log_is_not_deleted BEFORE DELETE ON log"
    " BEGIN SELECT raise(ABORT, 'the log is append-only'); END;"
    "CREATE TRIGGER log_is_not_changed BEFORE UPDATE ON log"
    " WHEN new.payload IS NOT NULL OR new.seq IS NOT old.seq OR new.at IS NOT old.at OR new.incident IS NOT old.incident"
    "  OR new.kind IS NOT old.kind OR new.mark IS NOT old.mark OR new.digest IS NOT old.digest OR new.link IS NOT old.link"
    " BEGIN SELECT raise(ABORT, 'the log is append-only'); END;"
    "CREATE TABLE incident("
    " first_seq INTEGER PRIMARY KEY,"
    " incident INTEGER NOT NULL UNIQUE,"
    " closed_seq INTEGER,"                     /* NULL: open */
    " settled_seq INTEGER"                     /* NULL: live */
    ") STRICT;"
    "CREATE INDEX incident_live ON incident(first_seq) WHERE settled_seq IS NULL;";

const char *const sqlite_schema_queries[LITE_QUERIES] = {
    [LITE_BEGIN] = "BEGIN IMMEDIATE",
    [LITE_COMMIT] = "COMMIT",
    [LITE_ROLLBACK] = "ROLLBACK",

    [LITE_APPEND] = "INSERT INTO log(seq, at, incident, kind, mark, digest, link, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [LITE_OPENS] = "INSERT INTO incident(incident, first_seq) VALUES (?1, ?2)"
                   " ON CONFLICT(incident) DO UPDATE SET closed_seq = NULL, settled_seq = NULL",
    [LITE_CLOSES] = "UPDATE incident SET closed_seq = ?2 WHERE incident = ?1 AND closed_seq IS NULL",
    [LITE_SETTLES] = "UPDATE incident SET closed_seq = ifnull(closed_seq, ?2), settled_seq = ?2"
                     " WHERE incident = ?1 AND settled_seq IS NULL",

    [LITE_META] = "SELECT base_seq, base_link FROM meta",
    [LITE_HEAD] = "SELECT seq, link FROM log ORDER BY seq DESC LIMIT 1",
    [LITE_PROBE] = "UPDATE meta SET probes = probes + 1",

    [LITE_LAST_INCIDENT] = "SELECT incident FROM log WHERE incident BETWEEN ?1 AND ?2 ORDER BY incident DESC LIMIT 1",
    [LITE_LIVE] = "SELECT incident, first_seq FROM incident INDEXED BY incident_live"
                  " WHERE settled_seq IS NULL AND first_seq <= ?1 ORDER BY first_seq",
    /* What was live at ?1. What a batch after it settled is live again, for that batch was never confirmed. */
    [LITE_CARRIED] = "SELECT first_seq, incident, closed_seq FROM incident INDEXED BY incident_live"
                     " WHERE settled_seq IS NULL AND first_seq <= ?1"
                     " UNION ALL "
                     "SELECT first_seq, incident, closed_seq FROM incident"
                     " WHERE settled_seq > ?1 AND first_seq <= ?1 AND incident IN (SELECT incident FROM log WHERE seq > ?1)",
    [LITE_CARRY] = "INSERT INTO incident(first_seq, incident, closed_seq) VALUES (?1, ?2, ?3)",

    [LITE_READ] = "SELECT seq, at, incident, kind, mark, payload FROM log WHERE seq > ?1 AND seq <= ?2 ORDER BY seq",
    [LITE_READ_INCIDENT] = "SELECT seq, at, incident, kind, mark, payload FROM log INDEXED BY log_incident"
                           " WHERE seq > ?1 AND seq <= ?2 AND incident = ?3 ORDER BY seq",
    [LITE_READ_HOUSE] = "SELECT seq, at, incident, kind, mark, payload FROM log"
                        " WHERE incident = 0 AND kind = ?4 AND seq > ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT ?3",
    [LITE_LIST] = "SELECT first_seq, incident, closed_seq FROM incident"
                  " WHERE first_seq > ?1 AND first_seq <= ?2 ORDER BY first_seq",
    [LITE_LIST_OPEN] = "SELECT first_seq, incident, closed_seq FROM incident INDEXED BY incident_live"
                       " WHERE settled_seq IS NULL AND first_seq > ?1 AND first_seq <= ?2 ORDER BY first_seq",
    [LITE_STILL_OPEN] = "SELECT 1 FROM incident WHERE first_seq = ?1 AND closed_seq IS NULL",
    [LITE_VERIFY] = "SELECT seq, at, incident, kind, mark, payload, digest, link FROM log"
                    " WHERE seq > ?1 AND seq <= ?2 ORDER BY seq",
};
