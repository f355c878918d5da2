// Metadata in front of the pixels, and the functions that read them.
#include <stdlib.h>
#include <string.h>
#include "simulation.h"

enum { SIGNATURE = 5328208 };

void write_metadata(const camera *camera, uint8_t *memory, long number, double begin, double end) {
    const setup *setup = &camera->setup;
    md_frame_header header = {
        .version = (uint8_t)camera->model->metadata,
        .number = (uint32_t)number,
        .regions = 1,
        .bit_depth = (uint8_t)chosen(camera)->bits,
        .extended_bytes = (uint16_t)camera->model->extended,
        .format = setup->depth == 1 ? 2 : 0,
    };
    if (camera->model->metadata >= 3) {
        header.new.begin = (uint64_t)(begin * 1e12);
        header.new.end = (uint64_t)(end * 1e12);
        header.new.exposure = (uint64_t)(exposure_seconds(camera) * 1e12);
    } else {
        header.old.resolution = header.old.region_resolution = 10000;
        header.old.exposure_resolution = 1000;
        header.old.begin = (uint32_t)(uint64_t)(begin * 1e5);
        header.old.end = (uint32_t)(uint64_t)(end * 1e5);
        header.old.exposure = (uint32_t)(exposure_seconds(camera) * 1e6);
    }
    md_frame_roi_header region = {.region = setup->region, .data_bytes = (uint32_t)setup->pixel_bytes};
    memcpy(memory + sizeof header, "\0\0\0\0\0\0\0", (size_t)camera->model->extended);
    memcpy(memory + sizeof header + camera->model->extended, &region, sizeof region);
    // The signature comes last: without it there is no frame.
    header.signature = SIGNATURE;
    memcpy(memory, &header, sizeof header);
}

rs_bool pl_md_create_frame_struct_cont(md_frame **frame, uint16_t regions) {
    begin();
    if (!frame) return answer(PL_NULL_POINTER);
    *frame = calloc(1, sizeof **frame);
    (*frame)->regions = calloc(regions ? regions : 1, sizeof *(*frame)->regions);
    (*frame)->capacity = regions;
    return answer(0);
}

rs_bool pl_md_create_frame_struct(md_frame **frame, void *source, uint32_t bytes) {
    begin();
    if (!frame || !source) return answer(PL_NULL_POINTER);
    const md_frame_header *header = source;
    if (bytes < sizeof *header || header->signature != SIGNATURE) return answer(PL_METADATA_INVALID);
    return pl_md_create_frame_struct_cont(frame, header->regions);
}

rs_bool pl_md_release_frame_struct(md_frame *frame) {
    begin();
    if (!frame) return answer(PL_NULL_POINTER);
    free(frame->regions);
    free(frame);
    return answer(0);
}

rs_bool pl_md_frame_decode(md_frame *frame, void *source, uint32_t bytes) {
    begin();
    if (!frame || !source) return answer(PL_NULL_POINTER);
    md_frame_header *header = source;
    if (bytes < sizeof *header || header->signature != SIGNATURE) return answer(PL_METADATA_INVALID);
    if (header->regions > frame->capacity) return answer(PL_BUFFER_TOO_SMALL);
    uint8_t *place = (uint8_t *)source + sizeof *header;
    uint8_t *end = (uint8_t *)source + bytes;
    frame->header = header;
    frame->extended = place;
    frame->extended_bytes = header->extended_bytes;
    place += header->extended_bytes;
    for (int i = 0; i < header->regions; i++) {
        md_frame_roi_header *region = (md_frame_roi_header *)place;
        if (place + sizeof *region > end) return answer(PL_BUFFER_MALFORMED);
        place += sizeof *region;
        size_t bytes_of_region = (size_t)region->extended_bytes + region->data_bytes;
        if ((size_t)(end - place) < bytes_of_region) return answer(PL_BUFFER_MALFORMED);
        frame->regions[i] = (md_frame_roi){
            region, place + region->extended_bytes, region->data_bytes, place, region->extended_bytes,
        };
        place += region->extended_bytes + region->data_bytes;
        frame->implied = region->region;
    }
    frame->count = header->regions;
    return answer(0);
}

rs_bool pl_md_frame_recompose(void *target, uint16_t x, uint16_t y, uint16_t width, uint16_t height, md_frame *frame) {
    (void)target, (void)x, (void)y, (void)width, (void)height, (void)frame;
    begin();
    return answer(PL_NOT_IMPLEMENTED);
}

rs_bool pl_md_read_extended(void *output, void *source, uint32_t bytes) {
    (void)output, (void)source, (void)bytes;
    begin();
    return answer(PL_NOT_IMPLEMENTED);
}
