/* What candour dmn check found, for people and for machines. */
#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"
#include "main/dmn_said.h"
#include "base/banned.h"

static const char *severity_name(enum dmn_severity severity)
{
    static const char *const names[] = {
        [DMN_ERROR] = "error", [DMN_WARNING] = "warning", [DMN_NOT_EXAMINED] = "not examined"
    };
    return names[severity];
}

static size_t count(const struct dmn_finding *findings, size_t n, enum dmn_severity severity)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += findings[i].severity == severity;
    return found;
}

void dmn_said_findings(const char *path, const struct dmn_finding *findings, size_t n)
{
    size_t errors = count(findings, n, DMN_ERROR), warnings = count(findings, n, DMN_WARNING);
    for (size_t i = 0; i < n; i++) {
        dmn_said_clean(findings[i].file);
        printf(":%d: %s: ", findings[i].line, severity_name(findings[i].severity));
        dmn_said_clean(findings[i].where);
        printf(": ");
        dmn_said_clean(findings[i].words);
        printf("\n");
    }
    if (n == 0)
        printf("%s: no fault was found.\n", path);
    else
        printf("%s: %zu error%s, %zu warning%s, %zu not examined.\n", path, errors, errors == 1 ? "" : "s", warnings,
               warnings == 1 ? "" : "s", count(findings, n, DMN_NOT_EXAMINED));
}

static void json_cells(struct json_writer *w, const struct dmn_finding *finding)
{
    json_name(w, STR("inputs"));
    json_open_array(w);
    for (size_t i = 0; i < finding->cells_n; i++) {
        json_open_object(w);
        json_name(w, STR("input"));
        json_put_str(w, finding->cells[i].input.p ? finding->cells[i].input : STR(""));
        json_name(w, STR("cell"));
        json_put_str(w, finding->cells[i].cell);
        json_name(w, STR("example"));
        dmn_value_to_json(w, finding->cells[i].example);
        json_close_object(w);
    }
    json_close_array(w);
}

static void json_finding(struct json_writer *w, const struct dmn_finding *finding)
{
    json_open_object(w);
    json_name(w, STR("severity"));
    json_put_str(w, str_of(severity_name(finding->severity)));
    json_name(w, STR("kind"));
    json_put_str(w, str_of(dmn_finding_name(finding->kind)));
    json_name(w, STR("file"));
    json_put_str(w, finding->file);
    json_name(w, STR("line"));
    json_put_i64(w, finding->line);
    json_name(w, STR("where"));
    json_put_str(w, finding->where);
    json_name(w, STR("words"));
    json_put_str(w, finding->words);
    if (finding->rules_n > 0) {
        json_name(w, STR("rules"));
        json_open_array(w);
        for (size_t i = 0; i < finding->rules_n; i++)
            json_put_i64(w, (int64_t)finding->rules[i]);
        json_close_array(w);
    }
    if (finding->cells_n > 0)
        json_cells(w, finding);
    json_close_object(w);
}

bool dmn_said_findings_json(const struct dmn_finding *findings, size_t n)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, NULL, DMN_SAID_MAX);
    json_writer_init(&w, &out);
    json_open_object(&w);
    json_name(&w, STR("errors"));
    json_put_i64(&w, (int64_t)count(findings, n, DMN_ERROR));
    json_name(&w, STR("warnings"));
    json_put_i64(&w, (int64_t)count(findings, n, DMN_WARNING));
    json_name(&w, STR("not_examined"));
    json_put_i64(&w, (int64_t)count(findings, n, DMN_NOT_EXAMINED));
    json_name(&w, STR("findings"));
    json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        json_finding(&w, &findings[i]);
    json_close_array(&w);
    json_close_object(&w);
    bool good = buf_ok(&out);
    if (good)
        printf("%.*s\n", STR_ARG(buf_str(&out)));
    buf_free(&out);
    return good;
}
