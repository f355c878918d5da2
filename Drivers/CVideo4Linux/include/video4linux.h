/// The kernel's interface of video devices, as its own header has it: numbers of requests, sizes and offsets of records, and
/// what Swift cannot call or does too slowly without optimisation.
#ifndef VIDEO4LINUX_H
#define VIDEO4LINUX_H

#include <linux/videodev2.h>
#include <stddef.h>
#include <stdint.h>

static const unsigned long video_querycap = VIDIOC_QUERYCAP, video_enum_fmt = VIDIOC_ENUM_FMT,
                           video_g_fmt = VIDIOC_G_FMT, video_s_fmt = VIDIOC_S_FMT, video_reqbufs = VIDIOC_REQBUFS,
                           video_querybuf = VIDIOC_QUERYBUF, video_qbuf = VIDIOC_QBUF, video_dqbuf = VIDIOC_DQBUF,
                           video_streamon = VIDIOC_STREAMON, video_streamoff = VIDIOC_STREAMOFF,
                           video_g_parm = VIDIOC_G_PARM, video_s_parm = VIDIOC_S_PARM,
                           video_query_ext_ctrl = VIDIOC_QUERY_EXT_CTRL, video_querymenu = VIDIOC_QUERYMENU,
                           video_g_ctrl = VIDIOC_G_CTRL, video_s_ctrl = VIDIOC_S_CTRL,
                           video_g_ext_ctrls = VIDIOC_G_EXT_CTRLS, video_s_ext_ctrls = VIDIOC_S_EXT_CTRLS,
                           video_enum_framesizes = VIDIOC_ENUM_FRAMESIZES,
                           video_enum_frameintervals = VIDIOC_ENUM_FRAMEINTERVALS, video_s_input = VIDIOC_S_INPUT;

#define AT(record, field) offsetof(struct v4l2_##record, field)
enum {
    capability_size = sizeof(struct v4l2_capability),
    capability_driver = AT(capability, driver),
    capability_card = AT(capability, card),
    capability_bus = AT(capability, bus_info),
    capability_all = AT(capability, capabilities),
    capability_own = AT(capability, device_caps),

    fmtdesc_size = sizeof(struct v4l2_fmtdesc),
    fmtdesc_index = AT(fmtdesc, index),
    fmtdesc_type = AT(fmtdesc, type),
    fmtdesc_flags = AT(fmtdesc, flags),
    fmtdesc_text = AT(fmtdesc, description),
    fmtdesc_format = AT(fmtdesc, pixelformat),

    format_size = sizeof(struct v4l2_format),
    format_type = AT(format, type),
    format_width = AT(format, fmt.pix.width),
    format_height = AT(format, fmt.pix.height),
    format_format = AT(format, fmt.pix.pixelformat),
    format_field = AT(format, fmt.pix.field),
    format_row = AT(format, fmt.pix.bytesperline),
    format_image = AT(format, fmt.pix.sizeimage),

    frmsize_size = sizeof(struct v4l2_frmsizeenum),
    frmsize_index = AT(frmsizeenum, index),
    frmsize_format = AT(frmsizeenum, pixel_format),
    frmsize_type = AT(frmsizeenum, type),
    frmsize_width = AT(frmsizeenum, discrete.width),
    frmsize_height = AT(frmsizeenum, discrete.height),
    frmsize_least_width = AT(frmsizeenum, stepwise.min_width),
    frmsize_most_width = AT(frmsizeenum, stepwise.max_width),
    frmsize_step_width = AT(frmsizeenum, stepwise.step_width),
    frmsize_least_height = AT(frmsizeenum, stepwise.min_height),
    frmsize_most_height = AT(frmsizeenum, stepwise.max_height),
    frmsize_step_height = AT(frmsizeenum, stepwise.step_height),

    frmival_size = sizeof(struct v4l2_frmivalenum),
    frmival_index = AT(frmivalenum, index),
    frmival_format = AT(frmivalenum, pixel_format),
    frmival_width = AT(frmivalenum, width),
    frmival_height = AT(frmivalenum, height),
    frmival_type = AT(frmivalenum, type),
    frmival_numerator = AT(frmivalenum, discrete.numerator),
    frmival_denominator = AT(frmivalenum, discrete.denominator),
    frmival_most_numerator = AT(frmivalenum, stepwise.max.numerator),
    frmival_most_denominator = AT(frmivalenum, stepwise.max.denominator),

    streamparm_size = sizeof(struct v4l2_streamparm),
    streamparm_type = AT(streamparm, type),
    streamparm_capability = AT(streamparm, parm.capture.capability),
    streamparm_numerator = AT(streamparm, parm.capture.timeperframe.numerator),
    streamparm_denominator = AT(streamparm, parm.capture.timeperframe.denominator),

    control_info_size = sizeof(struct v4l2_query_ext_ctrl),
    control_info_id = AT(query_ext_ctrl, id),
    control_info_type = AT(query_ext_ctrl, type),
    control_info_name = AT(query_ext_ctrl, name),
    control_info_least = AT(query_ext_ctrl, minimum),
    control_info_most = AT(query_ext_ctrl, maximum),
    control_info_step = AT(query_ext_ctrl, step),
    control_info_default = AT(query_ext_ctrl, default_value),
    control_info_flags = AT(query_ext_ctrl, flags),

    menu_size = sizeof(struct v4l2_querymenu),
    menu_id = AT(querymenu, id),
    menu_index = AT(querymenu, index),
    menu_text = AT(querymenu, name),

    control_size = sizeof(struct v4l2_control),
    control_id = AT(control, id),
    control_value = AT(control, value),

    reqbufs_size = sizeof(struct v4l2_requestbuffers),
    reqbufs_count = AT(requestbuffers, count),
    reqbufs_type = AT(requestbuffers, type),
    reqbufs_memory = AT(requestbuffers, memory),

    buffer_size = sizeof(struct v4l2_buffer),
    buffer_index = AT(buffer, index),
    buffer_type = AT(buffer, type),
    buffer_used = AT(buffer, bytesused),
    buffer_flags = AT(buffer, flags),
    buffer_seconds = AT(buffer, timestamp.tv_sec),
    buffer_microseconds = AT(buffer, timestamp.tv_usec),
    buffer_sequence = AT(buffer, sequence),
    buffer_memory = AT(buffer, memory),
    buffer_offset = AT(buffer, m.offset),
    buffer_length = AT(buffer, length),
};
#undef AT

/// Makes a request, again if a signal interrupts it. Returns 0, or the error number.
int video_ioctl(int file, unsigned long request, void *record);

/// Reads or writes a control that is a text or a number of 64 bits. Returns 0, or the error number.
///
/// `size` is that of the text's memory, or 0 for a number of 64 bits.
int video_extended_control(int file, unsigned long request, uint32_t id, void *value, uint32_t size);

/// A part of an image in a kernel's buffer, whose bounds the caller has checked, to be written without gaps.
struct video_part {
    const uint8_t *image;
    /// The distance between rows in bytes, the size of the whole image in pixels, and the part in pixels.
    size_t row;
    uint32_t image_height, left, top, width, height;
};

/// Copies pixels of one, two or three bytes.
void video_copy(const struct video_part *part, uint32_t pixel_size, void *target);
/// Copies pixels of two bytes, the most significant first.
void video_copy_swapped(const struct video_part *part, void *target);
/// Takes one byte of each pixel: `first` is its place in the first pixel, `step` the distance to the next one.
void video_pick(const struct video_part *part, uint32_t first, uint32_t step, void *target);
/// Unpacks four pixels of 10 bits from five bytes, or two of 12 bits from three: their upper 8 bits, then the others.
void video_unpack(const struct video_part *part, uint32_t bits, void *target);

/// The places of brightness and both colours, for a pixel at (x, y): `y0 + y * row + x * y_step`, and so on with halves of
/// x and, for `vertical`, of y.
struct video_yuv {
    size_t u, v, colour_row;
    uint32_t y_first, y_step, colour_step;
    int vertical;
};
/// One colour of each pixel: 0 red, 1 green, 2 blue (ITU-R BT.601, limited range).
void video_colour(const struct video_part *part, const struct video_yuv *places, int colour, void *target);

#endif
