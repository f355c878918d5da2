internal import Devices
internal import SDKCameras

/// The functions of Aravis and of GLib, found through the same handle; objects are addresses that are only passed back.
// Why unchecked: these are addresses of code, which do not change.
@safe struct AravisFunctions: @unchecked Sendable {
    typealias Text = UnsafePointer<CChar>
    /// Where the address of a `GError` is put.
    typealias Failure = UnsafeMutablePointer<UInt>
    typealias Plain = @convention(c) () -> Void
    typealias Number = @convention(c) () -> UInt32
    typealias GType = @convention(c) () -> UInt
    typealias Listed = @convention(c) (UInt32) -> Text?
    typealias Open = @convention(c) (Text?, Failure?) -> UInt
    typealias OfObject = @convention(c) (UInt) -> Void
    typealias IntOfObject = @convention(c) (UInt) -> Int32
    typealias AddressOfObject = @convention(c) (UInt) -> UInt
    typealias TextOfObject = @convention(c) (UInt) -> Text?
    typealias SetInt32 = @convention(c) (UInt, Int32) -> Void
    typealias Named = @convention(c) (UInt, Text?) -> UInt
    typealias Check = @convention(c) (UInt, Failure?) -> Int32
    typealias GetInt = @convention(c) (UInt, Failure?) -> Int64
    typealias GetDouble = @convention(c) (UInt, Failure?) -> Double
    typealias GetText = @convention(c) (UInt, Failure?) -> Text?
    typealias SetInt = @convention(c) (UInt, Int64, Failure?) -> Void
    typealias SetDouble = @convention(c) (UInt, Double, Failure?) -> Void
    typealias SetBool = @convention(c) (UInt, Int32, Failure?) -> Void
    typealias SetText = @convention(c) (UInt, Text?, Failure?) -> Void
    typealias Execute = @convention(c) (UInt, Failure?) -> Void
    typealias Names = @convention(c) (UInt, UnsafeMutablePointer<UInt32>?, Failure?) -> UnsafeMutablePointer<Text?>?
    typealias MakeStream = @convention(c) (UInt, UInt, UInt, Failure?) -> UInt
    typealias MakeBuffer = @convention(c) (UInt, UInt, UInt, UInt) -> UInt
    typealias Push = @convention(c) (UInt, UInt) -> Void
    typealias Pop = @convention(c) (UInt, UInt64) -> UInt
    typealias Data = @convention(c) (UInt, UnsafeMutablePointer<UInt>?) -> UInt
    typealias UInt64OfObject = @convention(c) (UInt) -> UInt64
    typealias UInt32OfObject = @convention(c) (UInt) -> UInt32
    typealias Padding = @convention(c) (UInt, UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?) -> Void
    typealias InfoName = @convention(c) (UInt, UInt32) -> Text?
    typealias Info = @convention(c) (UInt, Text?) -> UInt64
    typealias IsA = @convention(c) (UInt, UInt) -> Int32
    typealias Quark = @convention(c) (UInt32) -> Text?
    typealias Connect = @convention(c) (UInt, Text?, UInt, UInt, UInt, Int32) -> UInt
    typealias InitValue = @convention(c) (UnsafeMutableRawPointer?, UInt) -> UnsafeMutableRawPointer?
    typealias ValueInt = @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void
    typealias ValueDouble = @convention(c) (UnsafeMutableRawPointer?, Double) -> Void
    typealias SetProperty = @convention(c) (UInt, Text?, UnsafeMutableRawPointer?) -> Void
    typealias ReadRegister = @convention(c) (UInt, UInt64, UnsafeMutablePointer<UInt32>?, Failure?) -> Int32
    typealias WriteRegister = @convention(c) (UInt, UInt64, UInt32, Failure?) -> Int32
    typealias Values = @convention(c) (UInt, UnsafeMutablePointer<UInt32>?, Failure?) -> UnsafeMutablePointer<Int64>?

    let major, minor, micro, deviceCount: Number
    let updateList: Plain
    let listedID, listedModel, listedSerial, listedProtocol: Listed
    let open: Open
    let isController: IntOfObject
    let setStreamOptions, setCache: SetInt32
    let readRegister: ReadRegister
    let writeRegister: WriteRegister
    let choiceValues: Values
    let setChoiceValue: SetInt
    let makeStream: MakeStream
    let description: AddressOfObject
    let node: Named
    let visibility, access, isSelector: IntOfObject
    let isAvailable, isImplemented, isLocked: Check
    let name, tooltip, intUnit, floatUnit: TextOfObject
    let stringValue: GetText
    let categoryFeatures, selectedFeatures: AddressOfObject
    let category, enumeration, integer, float, boolean, string, command, selector, gigE: GType
    let choiceNames: Names
    let intValue, intMinimum, intMaximum, intIncrement, choiceValue, stringLimit: GetInt
    let floatValue, floatMinimum, floatMaximum, floatIncrement: GetDouble
    let boolValue: Check
    let setIntValue: SetInt
    let setFloatValue: SetDouble
    let setBoolValue: SetBool
    let setStringValue: SetText
    let execute: Execute
    let makeBuffer: MakeBuffer
    let push: Push
    let pop: Pop
    let data: Data
    let status, payloadType, width, height: IntOfObject
    let pixelFormat: UInt32OfObject
    let timestamp, systemTimestamp, frameID: UInt64OfObject
    let padding: Padding
    let infoCount: UInt32OfObject
    let infoName: InfoName
    let info: Info
    let release, free, freeError: OfObject
    let quark: Quark
    let isA: IsA
    let connect: Connect
    let initValue: InitValue
    let valueInt: ValueInt
    let valueDouble: ValueDouble
    let setProperty: SetProperty

    /// Looks up all functions, or throws the names of those that are missing.
    init(_ symbols: inout VendorLibrary) throws(DeviceError) {
        unsafe major = symbols.function("arv_get_major_version")
        unsafe minor = symbols.function("arv_get_minor_version")
        unsafe micro = symbols.function("arv_get_micro_version")
        unsafe deviceCount = symbols.function("arv_get_n_devices")
        unsafe updateList = symbols.function("arv_update_device_list")
        unsafe listedID = symbols.function("arv_get_device_id")
        unsafe listedModel = symbols.function("arv_get_device_model")
        unsafe listedSerial = symbols.function("arv_get_device_serial_nbr")
        unsafe listedProtocol = symbols.function("arv_get_device_protocol")
        unsafe open = symbols.function("arv_open_device")
        unsafe isController = symbols.function("arv_gv_device_is_controller")
        unsafe setStreamOptions = symbols.function("arv_gv_device_set_stream_options")
        unsafe readRegister = symbols.function("arv_device_read_register")
        unsafe writeRegister = symbols.function("arv_device_write_register")
        unsafe choiceValues = symbols.function("arv_gc_enumeration_dup_available_int_values")
        unsafe setChoiceValue = symbols.function("arv_gc_enumeration_set_int_value")
        unsafe setCache = symbols.function("arv_device_set_register_cache_policy")
        unsafe makeStream = symbols.function("arv_device_create_stream")
        unsafe description = symbols.function("arv_device_get_genicam")
        unsafe node = symbols.function("arv_gc_get_node")
        unsafe visibility = symbols.function("arv_gc_feature_node_get_visibility")
        unsafe access = symbols.function("arv_gc_feature_node_get_actual_access_mode")
        unsafe isSelector = symbols.function("arv_gc_selector_is_selector")
        unsafe isAvailable = symbols.function("arv_gc_feature_node_is_available")
        unsafe isImplemented = symbols.function("arv_gc_feature_node_is_implemented")
        unsafe isLocked = symbols.function("arv_gc_feature_node_is_locked")
        unsafe name = symbols.function("arv_gc_feature_node_get_name")
        unsafe tooltip = symbols.function("arv_gc_feature_node_get_tooltip")
        unsafe intUnit = symbols.function("arv_gc_integer_get_unit")
        unsafe floatUnit = symbols.function("arv_gc_float_get_unit")
        unsafe stringValue = symbols.function("arv_gc_string_get_value")
        unsafe categoryFeatures = symbols.function("arv_gc_category_get_features")
        unsafe selectedFeatures = symbols.function("arv_gc_selector_get_selected_features")
        unsafe category = symbols.function("arv_gc_category_get_type")
        unsafe enumeration = symbols.function("arv_gc_enumeration_get_type")
        unsafe integer = symbols.function("arv_gc_integer_get_type")
        unsafe float = symbols.function("arv_gc_float_get_type")
        unsafe boolean = symbols.function("arv_gc_boolean_get_type")
        unsafe string = symbols.function("arv_gc_string_get_type")
        unsafe command = symbols.function("arv_gc_command_get_type")
        unsafe selector = symbols.function("arv_gc_selector_get_type")
        unsafe gigE = symbols.function("arv_gv_device_get_type")
        unsafe choiceNames = symbols.function("arv_gc_enumeration_dup_available_string_values")
        unsafe intValue = symbols.function("arv_gc_integer_get_value")
        unsafe intMinimum = symbols.function("arv_gc_integer_get_min")
        unsafe intMaximum = symbols.function("arv_gc_integer_get_max")
        unsafe intIncrement = symbols.function("arv_gc_integer_get_inc")
        unsafe choiceValue = symbols.function("arv_gc_enumeration_get_int_value")
        unsafe stringLimit = symbols.function("arv_gc_string_get_max_length")
        unsafe floatValue = symbols.function("arv_gc_float_get_value")
        unsafe floatMinimum = symbols.function("arv_gc_float_get_min")
        unsafe floatMaximum = symbols.function("arv_gc_float_get_max")
        unsafe floatIncrement = symbols.function("arv_gc_float_get_inc")
        unsafe boolValue = symbols.function("arv_gc_boolean_get_value")
        unsafe setIntValue = symbols.function("arv_gc_integer_set_value")
        unsafe setFloatValue = symbols.function("arv_gc_float_set_value")
        unsafe setBoolValue = symbols.function("arv_gc_boolean_set_value")
        unsafe setStringValue = symbols.function("arv_gc_string_set_value")
        unsafe execute = symbols.function("arv_gc_command_execute")
        unsafe makeBuffer = symbols.function("arv_buffer_new_full")
        unsafe push = symbols.function("arv_stream_push_buffer")
        unsafe pop = symbols.function("arv_stream_timeout_pop_buffer")
        unsafe data = symbols.function("arv_buffer_get_data")
        unsafe status = symbols.function("arv_buffer_get_status")
        unsafe payloadType = symbols.function("arv_buffer_get_payload_type")
        unsafe width = symbols.function("arv_buffer_get_image_width")
        unsafe height = symbols.function("arv_buffer_get_image_height")
        unsafe pixelFormat = symbols.function("arv_buffer_get_image_pixel_format")
        unsafe timestamp = symbols.function("arv_buffer_get_timestamp")
        unsafe systemTimestamp = symbols.function("arv_buffer_get_system_timestamp")
        unsafe frameID = symbols.function("arv_buffer_get_frame_id")
        unsafe padding = symbols.function("arv_buffer_get_image_padding")
        unsafe infoCount = symbols.function("arv_stream_get_n_infos")
        unsafe infoName = symbols.function("arv_stream_get_info_name")
        unsafe info = symbols.function("arv_stream_get_info_uint64_by_name")
        unsafe release = symbols.function("g_object_unref")
        unsafe free = symbols.function("g_free")
        unsafe freeError = symbols.function("g_error_free")
        unsafe quark = symbols.function("g_quark_to_string")
        unsafe isA = symbols.function("g_type_check_instance_is_a")
        unsafe connect = symbols.function("g_signal_connect_data")
        unsafe initValue = symbols.function("g_value_init")
        unsafe valueInt = symbols.function("g_value_set_int")
        unsafe valueDouble = symbols.function("g_value_set_double")
        unsafe setProperty = symbols.function("g_object_set_property")
        try symbols.check()
    }
}
