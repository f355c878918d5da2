internal import Devices
internal import SDKCameras

/// The functions of the library.
///
/// Each returns zero for a failure, in 16 bits.
// Why unchecked: these are addresses of code, which do not change.
@safe struct PVCAMFunctions: @unchecked Sendable {
    typealias Plain = @convention(c) () -> UInt16
    typealias Code = @convention(c) () -> Int16
    typealias Number = @convention(c) (UnsafeMutablePointer<Int16>?) -> UInt16
    typealias Version = @convention(c) (UnsafeMutablePointer<UInt16>?) -> UInt16
    typealias Text = @convention(c) (Int16, UnsafeMutablePointer<CChar>?) -> UInt16
    typealias Open = @convention(c) (UnsafePointer<CChar>?, UnsafeMutablePointer<Int16>?, Int16) -> UInt16
    typealias OfHandle = @convention(c) (Int16) -> UInt16
    typealias OfState = @convention(c) (Int16, Int16) -> UInt16
    typealias Callback = @convention(c) (UnsafeRawPointer?, UnsafeMutableRawPointer?) -> Void
    typealias Register = @convention(c) (Int16, Int32, Callback?, UnsafeMutableRawPointer?) -> UInt16
    typealias Deregister = @convention(c) (Int16, Int32) -> UInt16
    typealias GetParameter = @convention(c) (Int16, UInt32, Int16, UnsafeMutableRawPointer?) -> UInt16
    typealias SetParameter = @convention(c) (Int16, UInt32, UnsafeMutableRawPointer?) -> UInt16
    typealias GetItem =
        @convention(c) (
            Int16, UInt32, UInt32, UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<CChar>?, UInt32
        ) -> UInt16
    typealias ItemLength = @convention(c) (Int16, UInt32, UInt32, UnsafeMutablePointer<UInt32>?) -> UInt16
    typealias SetUpSequence =
        @convention(c) (
            Int16, UInt16, UInt16, UnsafeRawPointer?, Int16, UInt32, UnsafeMutablePointer<UInt32>?
        ) -> UInt16
    typealias SetUpContinuous =
        @convention(c) (
            Int16, UInt16, UnsafeRawPointer?, Int16, UInt32, UnsafeMutablePointer<UInt32>?, Int16
        ) -> UInt16
    typealias StartSequence = @convention(c) (Int16, UInt) -> UInt16
    typealias StartContinuous = @convention(c) (Int16, UInt, UInt32) -> UInt16
    typealias FinishSequence = @convention(c) (Int16, UInt, Int16) -> UInt16
    typealias Trigger = @convention(c) (Int16, UnsafeMutablePointer<UInt32>?, UInt32) -> UInt16
    typealias Status =
        @convention(c) (Int16, UnsafeMutablePointer<Int16>?, UnsafeMutablePointer<UInt32>?) -> UInt16
    typealias LatestFrame =
        @convention(c) (Int16, UnsafeMutablePointer<UInt>?, UnsafeMutableRawPointer?) -> UInt16

    let version: Version
    let initialise, uninitialise: Plain
    let total: Number
    let name: Text
    let open: Open
    let close, resetFeatures: OfHandle
    let register: Register
    let deregister: Deregister
    let errorCode: Code
    let getParameter: GetParameter
    let setParameter: SetParameter
    let getItem: GetItem
    let itemLength: ItemLength
    let setUpSequence: SetUpSequence
    let setUpContinuous: SetUpContinuous
    let startSequence: StartSequence
    let startContinuous: StartContinuous
    let finishSequence: FinishSequence
    let status: Status
    let latestFrame: LatestFrame
    let abort: OfState
    /// Libraries before 2.5 do not have it.
    let trigger: Trigger?

    /// Looks up all functions, or throws the names of those that are missing.
    init(_ symbols: inout VendorLibrary) throws(DeviceError) {
        unsafe version = symbols.function("pl_pvcam_get_ver")
        unsafe initialise = symbols.function("pl_pvcam_init")
        unsafe uninitialise = symbols.function("pl_pvcam_uninit")
        unsafe total = symbols.function("pl_cam_get_total")
        unsafe name = symbols.function("pl_cam_get_name")
        unsafe open = symbols.function("pl_cam_open")
        unsafe close = symbols.function("pl_cam_close")
        unsafe resetFeatures = symbols.function("pl_pp_reset")
        unsafe register = symbols.function("pl_cam_register_callback_ex3")
        unsafe deregister = symbols.function("pl_cam_deregister_callback")
        unsafe errorCode = symbols.function("pl_error_code")
        unsafe getParameter = symbols.function("pl_get_param")
        unsafe setParameter = symbols.function("pl_set_param")
        unsafe getItem = symbols.function("pl_get_enum_param")
        unsafe itemLength = symbols.function("pl_enum_str_length")
        unsafe setUpSequence = symbols.function("pl_exp_setup_seq")
        unsafe setUpContinuous = symbols.function("pl_exp_setup_cont")
        unsafe startSequence = symbols.function("pl_exp_start_seq")
        unsafe startContinuous = symbols.function("pl_exp_start_cont")
        unsafe finishSequence = symbols.function("pl_exp_finish_seq")
        unsafe status = symbols.function("pl_exp_check_status")
        unsafe latestFrame = symbols.function("pl_exp_get_latest_frame_ex")
        unsafe abort = symbols.function("pl_exp_abort")
        unsafe trigger = symbols.optionalFunction("pl_exp_trigger")
        try symbols.check()
    }
}
