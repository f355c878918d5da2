internal import Devices
internal import SDKCameras

/// The functions of the library. Handles are addresses that are only passed back to it.
// Why unchecked: these are addresses of code, which do not change.
@safe struct DCAMFunctions: @unchecked Sendable {
    typealias Plain = @convention(c) () -> Int32
    typealias OfStructure = @convention(c) (UnsafeMutableRawPointer?) -> Int32
    typealias OfHandle = @convention(c) (UInt) -> Int32
    typealias OfNumber = @convention(c) (UInt, Int32) -> Int32
    typealias OfHandleAndStructure = @convention(c) (UInt, UnsafeMutableRawPointer?) -> Int32
    typealias GetValue = @convention(c) (UInt, Int32, UnsafeMutablePointer<Double>?) -> Int32
    typealias SetValue = @convention(c) (UInt, Int32, Double) -> Int32
    typealias QueryValue = @convention(c) (UInt, Int32, UnsafeMutablePointer<Double>?, Int32) -> Int32
    typealias NextID = @convention(c) (UInt, UnsafeMutablePointer<Int32>?, Int32) -> Int32
    typealias GetName = @convention(c) (UInt, Int32, UnsafeMutablePointer<CChar>?, Int32) -> Int32
    typealias OfText = @convention(c) (UnsafePointer<CChar>?) -> Int32

    let initialise, open, openWait: OfStructure
    let uninitialise: Plain
    let close, stop, closeWait: OfHandle
    let getString, getAttributes, getValueText, transferInfo, lockFrame, wait: OfHandleAndStructure
    let getValue: GetValue
    let setValue: SetValue
    let queryValue: QueryValue
    let nextID: NextID
    let getName: GetName
    let allocate, release, start, fireTrigger: OfNumber
    /// Only the simulation has it.
    let plugIn: OfText?

    /// Looks up all functions, or throws the names of those that are missing.
    init(_ symbols: inout VendorLibrary) throws(DeviceError) {
        unsafe initialise = symbols.function("dcamapi_init")
        unsafe uninitialise = symbols.function("dcamapi_uninit")
        unsafe open = symbols.function("dcamdev_open")
        unsafe close = symbols.function("dcamdev_close")
        unsafe getString = symbols.function("dcamdev_getstring")
        unsafe getAttributes = symbols.function("dcamprop_getattr")
        unsafe getValue = symbols.function("dcamprop_getvalue")
        unsafe setValue = symbols.function("dcamprop_setvalue")
        unsafe queryValue = symbols.function("dcamprop_queryvalue")
        unsafe nextID = symbols.function("dcamprop_getnextid")
        unsafe getName = symbols.function("dcamprop_getname")
        unsafe getValueText = symbols.function("dcamprop_getvaluetext")
        unsafe allocate = symbols.function("dcambuf_alloc")
        unsafe release = symbols.function("dcambuf_release")
        unsafe lockFrame = symbols.function("dcambuf_lockframe")
        unsafe start = symbols.function("dcamcap_start")
        unsafe stop = symbols.function("dcamcap_stop")
        unsafe transferInfo = symbols.function("dcamcap_transferinfo")
        unsafe fireTrigger = symbols.function("dcamcap_firetrigger")
        unsafe openWait = symbols.function("dcamwait_open")
        unsafe closeWait = symbols.function("dcamwait_close")
        unsafe wait = symbols.function("dcamwait_start")
        unsafe plugIn = symbols.optionalFunction("simulated_dcam_plug_in")
        try symbols.check()
    }
}
