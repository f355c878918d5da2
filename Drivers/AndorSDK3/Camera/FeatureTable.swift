internal import SDKCameras

/// A feature that clients see as a setting if the camera has it, named as in python-microscope.
typealias FeatureRow = SettingRow<AndorFeature>

/// All features that can become settings, in the order in which several at once are written: gain, read-out,
/// trigger, encoding, binning, area, exposure, rate, metadata.
enum FeatureTable {
    static let rows: [FeatureRow] = readout + trigger + area + timing + metadata + temperature + lines + facts

    private static let readout: [FeatureRow] = [
        .paused("simple_pre_amp_gain_control", .choice, "SimplePreAmpGainControl"),
        .paused("gain_mode", .choice, "GainMode"),
        .paused("pre_amp_gain_control", .choice, "PreAmpGainControl"),
        .paused("pre_amp_gain_selector", .choice, "PreAmpGainSelector"),
        .paused("pre_amp_gain_channel", .choice, "PreAmpGainChannel"),
        .paused("pre_amp_gain", .choice, "PreAmpGain"),
        .paused("pixel_readout_rate", .choice, "PixelReadoutRate"),
        .paused("pixel_correction", .choice, "PixelCorrection"),
        .paused("electronic_shuttering_mode", .choice, "ElectronicShutteringMode"),
        .paused("rolling_shutter_global_clear", .bool, "RollingShutterGlobalClear"),
        .paused("alternating_readout_direction", .bool, "AlternatingReadoutDirection"),
        .paused("sensor_readout_mode", .choice, "SensorReadoutMode"),
        .paused("scan_speed_control_enable", .bool, "ScanSpeedControlEnable"),
        .paused("line_scan_speed", .float, "LineScanSpeed"),
        .paused("row_read_time", .float, "RowReadTime"),
        .paused("exposed_pixel_height", .int, "ExposedPixelHeight"),
        .paused("spurious_noise_filter", .bool, "SpuriousNoiseFilter"),
        .paused("static_blemish_correction", .bool, "StaticBlemishCorrection"),
        .paused("fast_aoi_frame_rate_enable", .bool, "FastAOIFrameRateEnable"),
        .paused("frame_gen_mode", .choice, "FrameGenMode"),
        .paused("frame_gen_fixed_pixel_value", .int, "FrameGenFixedPixelValue"),
    ]

    private static let trigger: [FeatureRow] = [
        .paused("trigger_mode", .choice, "TriggerMode"),
        .paused("trigger_source", .choice, "TriggerSource"),
        .paused("synchronous_triggering", .bool, "SynchronousTriggering"),
        .paused("external_trigger_delay", .float, "ExternalTriggerDelay"),
        .paused("cycle_mode", .choice, "CycleMode"),
        .paused("overlap", .bool, "Overlap"),
        FeatureRow("shutter_mode", .choice, "ShutterMode"),
        FeatureRow("shutter_output_mode", .choice, "ShutterOutputMode"),
        FeatureRow("shutter_transfer_time", .float, "ShutterTransferTime"),
    ]

    private static let area: [FeatureRow] = [
        .paused("pixel_encoding", .choice, "PixelEncoding"),
        FeatureRow("full_aoi_control", .bool, "FullAOIControl"),
        .paused("aoi_layout", .choice, "AOILayout"),
        .paused("aoi_binning", .choice, "AOIBinning"),
        .paused("aoi_hbin", .int, "AOIHBin"),
        .paused("aoi_vbin", .int, "AOIVBin"),
        .paused("aoi_width", .int, "AOIWidth"),
        .paused("aoi_left", .int, "AOILeft"),
        .paused("aoi_height", .int, "AOIHeight"),
        .paused("vertically_centre_aoi", .bool, "VerticallyCentreAOI"),
        .paused("aoi_top", .int, "AOITop"),
        FeatureRow("aoi_stride", .int, "AOIStride"),
        FeatureRow("image_size_bytes", .int, "ImageSizeBytes"),
        FeatureRow("bit_depth", .choice, "BitDepth"),
        FeatureRow("bytes_per_pixel", .float, "BytesPerPixel"),
        FeatureRow("baseline", .int, "Baseline"),
        FeatureRow("baseline_level", .int, "BaselineLevel"),
    ]

    private static let timing: [FeatureRow] = [
        FeatureRow("exposure_time", .float, "ExposureTime"),
        FeatureRow("frame_rate", .float, "FrameRate"),
        .paused("accumulate_count", .int, "AccumulateCount"),
        .paused("frame_count", .int, "FrameCount"),
        FeatureRow("readout_time", .float, "ReadoutTime"),
        FeatureRow("max_interface_transfer_rate", .float, "MaxInterfaceTransferRate"),
        FeatureRow("camera_acquiring", .bool, "CameraAcquiring"),
    ]

    private static let metadata: [FeatureRow] = [
        .paused("metadata_enable", .bool, "MetadataEnable"),
        .paused("metadata_timestamp", .bool, "MetadataTimestamp"),
        FeatureRow("metadata_frame", .bool, "MetadataFrame"),
        .paused("metadata_frame_info", .bool, "MetadataFrameInfo"),
        .paused("metadata_irig", .bool, "MetadataIRIG"),
        FeatureRow("timestamp_clock", .int, "TimestampClock"),
        FeatureRow("timestamp_clock_frequency", .int, "TimestampClockFrequency"),
        FeatureRow("irig_clock_frequency", .int, "IRIGClockFrequency"),
    ]

    private static let temperature: [FeatureRow] = [
        FeatureRow("sensor_cooling", .bool, "SensorCooling"),
        FeatureRow("sensor_temperature", .float, "SensorTemperature"),
        FeatureRow("target_sensor_temperature", .float, "TargetSensorTemperature"),
        FeatureRow("temperature_control", .choice, "TemperatureControl"),
        FeatureRow("temperature_status", .choice, "TemperatureStatus"),
        FeatureRow("fan_speed", .choice, "FanSpeed"),
        FeatureRow("fan_speed_rpm", .float, "FanSpeedRPM"),
        FeatureRow("cooler_power", .float, "CoolerPower"),
        FeatureRow("heat_sink_temperature", .float, "HeatSinkTemperature"),
        .paused("low_dark_current_enable", .bool, "LowDarkCurrentEnable"),
    ]

    private static let lines: [FeatureRow] = [
        FeatureRow("auxiliary_out_source", .choice, "AuxiliaryOutSource"),
        FeatureRow("aux_out_source_two", .choice, "AuxOutSourceTwo"),
        FeatureRow("io_selector", .choice, "IOSelector"),
        FeatureRow("io_invert", .bool, "IOInvert"),
        FeatureRow("event_selector", .choice, "EventSelector"),
        FeatureRow("event_enable", .bool, "EventEnable"),
        .paused("gate_mode", .choice, "GateMode"),
        FeatureRow("lut_index", .int, "LUTIndex"),
        FeatureRow("lut_value", .int, "LUTValue"),
    ]

    private static let facts: [FeatureRow] = [
        FeatureRow("camera_family", .string, "CameraFamily"),
        FeatureRow("camera_model", .string, "CameraModel"),
        FeatureRow("camera_name", .string, "CameraName"),
        FeatureRow("camera_present", .bool, "CameraPresent"),
        FeatureRow("controller_id", .string, "ControllerID"),
        FeatureRow("device_video_index", .int, "DeviceVideoIndex"),
        FeatureRow("firmware_version", .string, "FirmwareVersion"),
        FeatureRow("interface_type", .string, "InterfaceType"),
        FeatureRow("microcode_version", .string, "MicrocodeVersion"),
        FeatureRow("pixel_height", .float, "PixelHeight"),
        FeatureRow("pixel_width", .float, "PixelWidth"),
        FeatureRow("sensor_height", .int, "SensorHeight"),
        FeatureRow("sensor_width", .int, "SensorWidth"),
        FeatureRow("serial_number", .string, "SerialNumber"),
    ]
}
