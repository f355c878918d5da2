internal import Devices
internal import SDKCameras

/// The functions of the library, which act on its current camera.
// Why unchecked: these are addresses of code, which do not change.
@safe struct Andor2Functions: @unchecked Sendable {
    typealias Plain = @convention(c) () -> UInt32
    typealias OfInt = @convention(c) (Int32) -> UInt32
    typealias OfFloat = @convention(c) (Float) -> UInt32
    typealias OfInts = @convention(c) (Int32, Int32) -> UInt32
    typealias Ints = UnsafeMutablePointer<Int32>?
    typealias Floats = UnsafeMutablePointer<Float>?
    typealias Text = UnsafeMutablePointer<CChar>?
    typealias GetInt = @convention(c) (Ints) -> UInt32
    typealias GetInts = @convention(c) (Ints, Ints) -> UInt32
    typealias GetFloat = @convention(c) (Floats) -> UInt32
    typealias GetFloats = @convention(c) (Floats, Floats, Floats) -> UInt32
    typealias GetText = @convention(c) (Text) -> UInt32
    typealias GetIntOfInt = @convention(c) (Int32, Ints) -> UInt32
    typealias GetFloatOfInt = @convention(c) (Int32, Floats) -> UInt32
    typealias GetIntAndFloat = @convention(c) (Ints, Floats) -> UInt32
    typealias GetIntOfInts = @convention(c) (Int32, Int32, Ints) -> UInt32
    typealias GetSpeed = @convention(c) (Int32, Int32, Int32, Floats) -> UInt32
    typealias GetGain = @convention(c) (Int32, Int32, Int32, Int32, Ints) -> UInt32
    typealias Describe = @convention(c) (Int32, Text, Int32) -> UInt32
    typealias SetArea = @convention(c) (Int32, Int32, Int32, Int32, Int32, Int32) -> UInt32
    typealias SetCrop = @convention(c) (Int32, Int32, Int32, Int32, Int32) -> UInt32
    typealias SetCropEx = @convention(c) (Int32, Int32, Int32, Int32, Int32, Int32, Int32) -> UInt32
    typealias SetShutter = @convention(c) (Int32, Int32, Int32, Int32) -> UInt32
    typealias GetImages = @convention(c) (Int32, Int32, UnsafeMutableRawPointer?, UInt32, Ints, Ints) -> UInt32
    typealias OfStructure = @convention(c) (UnsafeMutableRawPointer?) -> UInt32
    typealias GetTime = @convention(c) (UnsafeMutableRawPointer?, Floats, UInt32) -> UInt32
    typealias Wait = @convention(c) (Int, Int32) -> UInt32
    typealias Versions = @convention(c) (Ints, Ints, Ints, Ints, Ints, Ints) -> UInt32

    let availableCameras, serialNumber, status, channels, amplifiers, gains, vsSpeeds, isCoolerOn: GetInt
    let cameraHandle: GetIntOfInt
    let select: OfInt
    let initialise: @convention(c) (UnsafePointer<CChar>?) -> UInt32
    let shutDown, start, abort, sendTrigger, coolerOn, coolerOff: Plain
    let headModel: GetText
    let capabilities: OfStructure
    let version: @convention(c) (Int32, Text, UInt32) -> UInt32
    let hardwareVersion: Versions
    let detector, temperatureRange, newImages: GetInts
    let timings: GetFloats
    let temperature: GetFloat
    let setReadMode, setTriggerMode, setAcquisitionMode, setADChannel, setAmplifier, setGain, setVSSpeed: OfInt
    let setTemperature, isTriggerThere: OfInt
    let setExposure, setKineticCycle: OfFloat
    let setHSSpeed, setFlip: OfInts
    let setImage: SetArea
    let setShutter: SetShutter
    let hsSpeeds: GetIntOfInts
    let hsSpeed: GetSpeed
    let gain, vsSpeed: GetFloatOfInt
    let isGainThere: GetGain
    let images: GetImages
    let wait: Wait
    // What some versions, or some cameras, lack.
    let setFrameTransfer, setEMMode, setEMAdvanced, setEMGain, setMetadata, setInvert, setFastTrigger: OfInt?
    let setCoolerMode, setFan, setVSAmplitude, setBaselineClamp, setBaselineOffset, setHighCapacity: OfInt?
    let emGain, leastLength, hasShutter, vsAmplitudes: GetInt?
    let emRange, shutterTimes: GetInts?
    let readoutTime: GetFloat?
    let recommendedVSSpeed: GetIntAndFloat?
    let isFlipped: GetIntOfInt?
    let describeAmplifier: Describe?
    let setCrop: SetCrop?
    let setCropEx: SetCropEx?
    let imageTime: GetTime?

    /// Looks up all functions, or throws the names of those that are missing and cannot be done without.
    init(_ symbols: inout VendorLibrary) throws(DeviceError) {
        unsafe availableCameras = symbols.function("GetAvailableCameras")
        unsafe serialNumber = symbols.function("GetCameraSerialNumber")
        unsafe status = symbols.function("GetStatus")
        unsafe channels = symbols.function("GetNumberADChannels")
        unsafe amplifiers = symbols.function("GetNumberAmp")
        unsafe gains = symbols.function("GetNumberPreAmpGains")
        unsafe vsSpeeds = symbols.function("GetNumberVSSpeeds")
        unsafe isCoolerOn = symbols.function("IsCoolerOn")
        unsafe cameraHandle = symbols.function("GetCameraHandle")
        unsafe select = symbols.function("SetCurrentCamera")
        unsafe initialise = symbols.function("Initialize")
        unsafe shutDown = symbols.function("ShutDown")
        unsafe start = symbols.function("StartAcquisition")
        unsafe abort = symbols.function("AbortAcquisition")
        unsafe sendTrigger = symbols.function("SendSoftwareTrigger")
        unsafe coolerOn = symbols.function("CoolerON")
        unsafe coolerOff = symbols.function("CoolerOFF")
        unsafe headModel = symbols.function("GetHeadModel")
        unsafe capabilities = symbols.function("GetCapabilities")
        unsafe version = symbols.function("GetVersionInfo")
        unsafe hardwareVersion = symbols.function("GetHardwareVersion")
        unsafe detector = symbols.function("GetDetector")
        unsafe temperatureRange = symbols.function("GetTemperatureRange")
        unsafe newImages = symbols.function("GetNumberNewImages")
        unsafe timings = symbols.function("GetAcquisitionTimings")
        unsafe temperature = symbols.function("GetTemperatureF")
        unsafe setReadMode = symbols.function("SetReadMode")
        unsafe setTriggerMode = symbols.function("SetTriggerMode")
        unsafe setAcquisitionMode = symbols.function("SetAcquisitionMode")
        unsafe setADChannel = symbols.function("SetADChannel")
        unsafe setAmplifier = symbols.function("SetOutputAmplifier")
        unsafe setGain = symbols.function("SetPreAmpGain")
        unsafe setVSSpeed = symbols.function("SetVSSpeed")
        unsafe setTemperature = symbols.function("SetTemperature")
        unsafe isTriggerThere = symbols.function("IsTriggerModeAvailable")
        unsafe setExposure = symbols.function("SetExposureTime")
        unsafe setKineticCycle = symbols.function("SetKineticCycleTime")
        unsafe setHSSpeed = symbols.function("SetHSSpeed")
        unsafe setFlip = symbols.function("SetImageFlip")
        unsafe setImage = symbols.function("SetImage")
        unsafe setShutter = symbols.function("SetShutter")
        unsafe hsSpeeds = symbols.function("GetNumberHSSpeeds")
        unsafe hsSpeed = symbols.function("GetHSSpeed")
        unsafe gain = symbols.function("GetPreAmpGain")
        unsafe vsSpeed = symbols.function("GetVSSpeed")
        unsafe isGainThere = symbols.function("IsPreAmpGainAvailable")
        unsafe images = symbols.function("GetImages16")
        unsafe wait = symbols.function("WaitForAcquisitionByHandleTimeOut")
        unsafe setFrameTransfer = symbols.optionalFunction("SetFrameTransferMode")
        unsafe setEMMode = symbols.optionalFunction("SetEMGainMode")
        unsafe setEMAdvanced = symbols.optionalFunction("SetEMAdvanced")
        unsafe setEMGain = symbols.optionalFunction("SetEMCCDGain")
        unsafe setMetadata = symbols.optionalFunction("SetMetaData")
        unsafe setInvert = symbols.optionalFunction("SetTriggerInvert")
        unsafe setFastTrigger = symbols.optionalFunction("SetFastExtTrigger")
        unsafe setCoolerMode = symbols.optionalFunction("SetCoolerMode")
        unsafe setFan = symbols.optionalFunction("SetFanMode")
        unsafe setVSAmplitude = symbols.optionalFunction("SetVSAmplitude")
        unsafe setBaselineClamp = symbols.optionalFunction("SetBaselineClamp")
        unsafe setBaselineOffset = symbols.optionalFunction("SetBaselineOffset")
        unsafe setHighCapacity = symbols.optionalFunction("SetHighCapacity")
        unsafe emGain = symbols.optionalFunction("GetEMCCDGain")
        unsafe leastLength = symbols.optionalFunction("GetMinimumImageLength")
        unsafe hasShutter = symbols.optionalFunction("IsInternalMechanicalShutter")
        unsafe vsAmplitudes = symbols.optionalFunction("GetNumberVSAmplitudes")
        unsafe emRange = symbols.optionalFunction("GetEMGainRange")
        unsafe shutterTimes = symbols.optionalFunction("GetShutterMinTimes")
        unsafe readoutTime = symbols.optionalFunction("GetReadOutTime")
        unsafe recommendedVSSpeed = symbols.optionalFunction("GetFastestRecommendedVSSpeed")
        unsafe isFlipped = symbols.optionalFunction("IsReadoutFlippedByAmplifier")
        unsafe describeAmplifier = symbols.optionalFunction("GetAmpDesc")
        unsafe setCrop = symbols.optionalFunction("SetIsolatedCropMode")
        unsafe setCropEx = symbols.optionalFunction("SetIsolatedCropModeEx")
        unsafe imageTime = symbols.optionalFunction("GetMetaDataInfo")
        try symbols.check()
    }
}
