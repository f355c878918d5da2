internal import Devices
internal import SDKCameras

/// The functions of the library. Handles are addresses that are only passed back to it.
// Why unchecked: these are addresses of code, which do not change.
@safe struct XiFunctions: @unchecked Sendable {
    typealias Count = @convention(c) (UnsafeMutablePointer<UInt32>?) -> Int32
    typealias Info =
        @convention(c) (UInt32, UnsafePointer<CChar>?, UnsafeMutablePointer<CChar>?, UInt32) -> Int32
    typealias OpenBy = @convention(c) (Int32, UnsafePointer<CChar>?, UnsafeMutablePointer<UInt>?) -> Int32
    typealias OfHandle = @convention(c) (UInt) -> Int32
    typealias GetImage = @convention(c) (UInt, UInt32, UnsafeMutableRawPointer?) -> Int32
    typealias SetInt = @convention(c) (UInt, UnsafePointer<CChar>?, Int32) -> Int32
    typealias GetInt = @convention(c) (UInt, UnsafePointer<CChar>?, UnsafeMutablePointer<Int32>?) -> Int32
    typealias SetFloat = @convention(c) (UInt, UnsafePointer<CChar>?, Float) -> Int32
    typealias GetFloat = @convention(c) (UInt, UnsafePointer<CChar>?, UnsafeMutablePointer<Float>?) -> Int32
    typealias Text = @convention(c) (UInt, UnsafePointer<CChar>?, UnsafeMutablePointer<CChar>?, UInt32) -> Int32
    typealias OfText = @convention(c) (UnsafePointer<CChar>?) -> Int32

    let count: Count
    let info: Info
    let openBy: OpenBy
    let close, start, stop: OfHandle
    let getImage: GetImage
    let setInt: SetInt
    let getInt: GetInt
    let setFloat: SetFloat
    let getFloat: GetFloat
    let setText, getText: Text
    /// Only the simulation has it.
    let plugIn: OfText?

    /// Looks up all functions, or throws the names of those that are missing.
    init(_ symbols: inout VendorLibrary) throws(DeviceError) {
        unsafe count = symbols.function("xiGetNumberDevices")
        unsafe info = symbols.function("xiGetDeviceInfoString")
        unsafe openBy = symbols.function("xiOpenDeviceBy")
        unsafe close = symbols.function("xiCloseDevice")
        unsafe start = symbols.function("xiStartAcquisition")
        unsafe stop = symbols.function("xiStopAcquisition")
        unsafe getImage = symbols.function("xiGetImage")
        unsafe setInt = symbols.function("xiSetParamInt")
        unsafe getInt = symbols.function("xiGetParamInt")
        unsafe setFloat = symbols.function("xiSetParamFloat")
        unsafe getFloat = symbols.function("xiGetParamFloat")
        unsafe setText = symbols.function("xiSetParamString")
        unsafe getText = symbols.function("xiGetParamString")
        unsafe plugIn = symbols.optionalFunction("simulated_ximea_plug_in")
        try symbols.check()
    }
}
