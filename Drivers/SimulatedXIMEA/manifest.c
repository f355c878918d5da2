// The description of a camera: its parameters, in the XML form that the vendor's library uses.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "simulation.h"

typedef struct {
    char *text;
    int size, length;
} writer;

static void add(writer *writer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int room = writer->length < writer->size ? writer->size - writer->length : 0;
    int count = vsnprintf(writer->text + writer->length, (size_t)room, format, arguments);
    va_end(arguments);
    writer->length += count;
}

static const char *element(const parameter *row) {
    switch (row->type) {
    case INT: return "Integer";
    case FLOAT: return "Float";
    case BOOL: return "Boolean";
    case ENUM: return "Enumeration";
    case COMMAND: return "Command";
    default: return "String";
    }
}

int write_manifest(const camera *camera, char *text, int size) {
    writer out = {text, size, 0};
    add(&out, "<?xml version=\"1.0\"?>\n<!--Camera model %s-->\n", camera->model->reported);
    add(&out, "<RegisterDescription>\n  <Group Comment=\"All\">\n");
    for (int i = 0; i < parameter_count; i++) {
        const parameter *row = &parameters[i];
        if (!(row->models & camera->model->bit)) continue;
        add(&out, "    <%s>\n      <DisplayName>%s</DisplayName>\n", element(row), row->name);
        add(&out, "      <Description>%s &amp; &lt;simulated&gt;</Description>\n", row->name);
        add(&out, "      <Xiapi_Par>%s</Xiapi_Par>\n", row->name);
        for (const char *entry = row->values; *entry; entry += strcspn(entry, " "), entry += *entry == ' ') {
            int length = (int)strcspn(entry, " ");
            add(&out, "      <EnumEntry>\n        <DisplayName>%s %.*s</DisplayName>\n", row->name, length, entry);
            add(&out, "        <Value>%.*s</Value>\n      </EnumEntry>\n", length, entry);
        }
        if (row->access == LOCKED) add(&out, "      <pIsLocked>TLParamsLocked</pIsLocked>\n");
        const char *access = row->access == READ_ONLY ? "RO" : row->type == COMMAND ? "WO" : "RW";
        add(&out, "      <ImposedAccessMode>%s</ImposedAccessMode>\n    </%s>\n", access, element(row));
    }
    add(&out, "  </Group>\n</RegisterDescription>\n");
    return out.length + 1;
}
