/// The parameters that the driver itself needs.
extension ParameterID {
    static let serial: Self = 0x0D02_0215
    static let chipName: Self = 0x0D02_0081
    static let systemName: Self = 0x0D02_0082
    static let productName: Self = 0x0D02_0084
    static let firmware: Self = 0x0602_0214
    static let columns: Self = 0x0602_003A
    static let rows: Self = 0x0602_0039
    static let readoutPort: Self = 0x0902_00F7
    static let speedIndex: Self = 0x0102_0201
    static let speedName: Self = 0x0D02_0203
    static let gainIndex: Self = 0x0102_0200
    static let gainName: Self = 0x0D02_0202
    static let pixelTime: Self = 0x0602_0204
    static let bitDepth: Self = 0x0102_01FF
    static let imageFormat: Self = 0x0902_00F8
    static let hostImageFormat: Self = 0x0902_0228
    static let emGain: Self = 0x0602_0219
    static let temperature: Self = 0x0102_020D
    static let temperatureSetpoint: Self = 0x0102_020E
    static let frameTransfer: Self = 0x0902_020C
    static let exposureMode: Self = 0x0902_0217
    static let exposeOutMode: Self = 0x0902_0230
    static let exposureTime: Self = 0x0803_0008
    static let exposureResolution: Self = 0x0903_0002
    static let exposureResolutionIndex: Self = 0x0603_0004
    static let readoutTime: Self = 0x0402_00B3
    static let clearingTime: Self = 0x1002_00B4
    static let postTriggerDelay: Self = 0x1002_00B5
    static let preTriggerDelay: Self = 0x1002_00B6
    static let frameBufferSize: Self = 0x0803_012C
    static let circularBuffer: Self = 0x0B03_012B
    static let metadata: Self = 0x0B03_00A8
    static let smartStreaming: Self = 0x0B02_02BC
    static let centroids: Self = 0x0B03_00AA
    static let scanMode: Self = 0x0903_00FA
    static let hostRotation: Self = 0x0902_0100
    static let hostFlip: Self = 0x0902_0101
    static let hostSumming: Self = 0x0B02_0102

    /// The library's name: `PARAM_TEMP`; the number for one that has none here.
    var name: String { Self.names[self] ?? "PARAM_0x\(String(number, radix: 16))" }

    private static let names = Dictionary(
        uniqueKeysWithValues: ParameterTable.listed.map { ($0.id, "PARAM_\($0.name)") }
    )
}

/// The parameters of cameras, under the library's own names, as in python-microscope.
enum ParameterTable {
    /// How clients see a parameter.
    enum Role: Sendable {
        /// As the camera says: read-only or writable.
        case asReported
        /// Read-only, because the driver keeps it in step with others.
        case shown
        /// Not at all.
        case hidden
    }

    static let listed: [(id: ParameterID, name: String, role: Role)] = [
        (0x0600_0002, "DD_VERSION", .shown), (0x0900_000A, "CAM_INTERFACE_TYPE", .shown),
        (0x0900_000B, "CAM_INTERFACE_MODE", .shown), (.chipName, "CHIP_NAME", .shown),
        (.systemName, "SYSTEM_NAME", .shown), (0x0D02_0083, "VENDOR_NAME", .shown),
        (.productName, "PRODUCT_NAME", .shown), (0x0D02_0085, "CAMERA_PART_NUMBER", .shown),
        (.serial, "HEAD_SER_NUM_ALPHA", .shown), (.firmware, "CAM_FW_VERSION", .shown),
        (0x0602_0216, "PCI_FW_VERSION", .shown), (0x0D02_0218, "CAM_SYSTEMS_INFO", .shown),
        (.columns, "SER_SIZE", .shown), (.rows, "PAR_SIZE", .shown), (0x0602_003E, "PIX_SER_SIZE", .shown),
        (0x0602_003F, "PIX_PAR_SIZE", .shown), (0x0602_01F5, "PIX_SER_DIST", .shown),
        (0x0602_01F4, "PIX_PAR_DIST", .shown), (0x0602_0035, "PREMASK", .shown), (0x0602_0036, "POSTMASK", .shown),
        (0x0602_0037, "PRESCAN", .shown), (0x0602_0038, "POSTSCAN", .shown), (0x0702_01FA, "FWELL_CAPACITY", .shown),
        (0x0902_01F8, "COLOR_MODE", .shown), (.readoutPort, "READOUT_PORT", .asReported),
        (.speedIndex, "SPDTAB_INDEX", .asReported), (.speedName, "SPDTAB_NAME", .shown),
        (.pixelTime, "PIX_TIME", .shown), (.gainIndex, "GAIN_INDEX", .asReported), (.gainName, "GAIN_NAME", .shown),
        (0x0602_0220, "ACTUAL_GAIN", .shown), (0x0602_0224, "READ_NOISE", .shown),
        (0x0102_00C3, "ADC_OFFSET", .asReported),
        (.bitDepth, "BIT_DEPTH", .shown), (0x0102_0227, "BIT_DEPTH_HOST", .shown),
        (.imageFormat, "IMAGE_FORMAT", .asReported), (.hostImageFormat, "IMAGE_FORMAT_HOST", .shown),
        (0x0902_00F9, "IMAGE_COMPRESSION", .shown), (0x0902_00FD, "IMAGE_COMPRESSION_HOST", .shown),
        (.emGain, "GAIN_MULT_FACTOR", .asReported), (0x0B02_021D, "GAIN_MULT_ENABLE", .asReported),
        (.temperature, "TEMP", .shown), (.temperatureSetpoint, "TEMP_SETPOINT", .asReported),
        (0x0902_02C6, "FAN_SPEED_SETPOINT", .asReported), (0x0902_00D6, "COOLING_MODE", .asReported),
        (.exposureMode, "EXPOSURE_MODE", .shown), (.exposeOutMode, "EXPOSE_OUT_MODE", .shown),
        (.exposureTime, "EXPOSURE_TIME", .shown), (0x0603_0001, "EXP_TIME", .asReported),
        (.exposureResolution, "EXP_RES", .shown), (.exposureResolutionIndex, "EXP_RES_INDEX", .shown),
        (.readoutTime, "READOUT_TIME", .shown), (.clearingTime, "CLEARING_TIME", .shown),
        (.postTriggerDelay, "POST_TRIGGER_DELAY", .shown), (.preTriggerDelay, "PRE_TRIGGER_DELAY", .shown),
        (0x0602_0061, "CLEAR_CYCLES", .asReported), (0x0902_020B, "CLEAR_MODE", .asReported),
        (.frameTransfer, "PMODE", .asReported), (0x0B02_01FD, "FRAME_CAPABLE", .shown),
        (0x0902_00E0, "MPP_CAPABLE", .shown), (0x0B02_01F9, "SUMMING_WELL", .shown),
        (0x0602_01F6, "PREAMP_DELAY", .asReported), (0x0702_01FB, "PREAMP_OFF_CONTROL", .asReported),
        (0x0902_0209, "SHTR_OPEN_MODE", .asReported), (0x0602_0208, "SHTR_OPEN_DELAY", .asReported),
        (0x0602_0207, "SHTR_CLOSE_DELAY", .asReported), (0x0902_020A, "SHTR_STATUS", .shown),
        (0x0903_00A5, "BINNING_SER", .shown), (0x0903_00A6, "BINNING_PAR", .shown),
        (.frameBufferSize, "FRAME_BUFFER_SIZE", .shown), (.circularBuffer, "CIRC_BUFFER", .shown),
        (.metadata, "METADATA_ENABLED", .asReported), (0x0603_00A9, "ROI_COUNT", .shown),
        (.scanMode, "SCAN_MODE", .asReported), (0x0903_00FB, "SCAN_DIRECTION", .asReported),
        (0x0B03_00FC, "SCAN_DIRECTION_RESET", .asReported), (0x0603_00FD, "SCAN_LINE_DELAY", .asReported),
        (0x1003_00FE, "SCAN_LINE_TIME", .shown), (0x0603_00FF, "SCAN_WIDTH", .asReported),
        (0x0903_00B4, "TRIGTAB_SIGNAL", .asReported), (0x0503_00B5, "LAST_MUXED_SIGNAL", .asReported),
        (0x0903_0190, "FRAME_DELIVERY_MODE", .asReported), (0x0102_021F, "PP_INDEX", .asReported),
        (0x0D02_021E, "PP_FEAT_NAME", .shown), (0x0602_0225, "PP_FEAT_ID", .shown),
        (0x0102_0221, "PP_PARAM_INDEX", .asReported), (0x0D02_0222, "PP_PARAM_NAME", .shown),
        (0x0602_0226, "PP_PARAM_ID", .shown), (0x0702_0223, "PP_PARAM", .asReported),
        (0x0602_020F, "IO_ADDR", .asReported), (0x0902_0210, "IO_TYPE", .shown),
        (0x0902_0211, "IO_DIRECTION", .shown), (0x0402_0212, "IO_STATE", .asReported),
        (0x0602_0213, "IO_BITDEPTH", .shown),
        // What would change the shape of images, or needs more than the driver has.
        (.smartStreaming, "SMART_STREAM_MODE_ENABLED", .hidden), (.centroids, "CENTROIDS_ENABLED", .hidden),
        (.hostRotation, "HOST_FRAME_ROTATE", .hidden), (.hostFlip, "HOST_FRAME_FLIP", .hidden),
        (.hostSumming, "HOST_FRAME_SUMMING_ENABLED", .hidden),
    ]
}
