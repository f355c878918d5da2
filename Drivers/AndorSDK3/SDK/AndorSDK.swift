/// The calls of Andor's SDK 3 that the driver makes: everything else about a camera is a feature by name.
///
/// Any thread may make them; for one camera it is better that one at a time does.
protocol AndorSDK: Sendable {
    /// Where the library was found.
    var path: String { get }

    /// Starts the library; counted, so that as many calls of ``finalise()`` end it.
    func initialise() throws(AndorStatus)
    func finalise()

    /// Takes a camera by its place in an order that holds until the library ends.
    func open(_ index: Int) throws(AndorStatus) -> AndorHandle
    func close(_ camera: AndorHandle) throws(AndorStatus)

    /// Whether a camera has a feature, or it can be written now, or never.
    func has(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool
    func canWrite(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool
    func isReadOnly(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool

    func int(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int
    func setInt(_ feature: AndorFeature, _ camera: AndorHandle, to value: Int) throws(AndorStatus)
    func intLimits(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> (lowest: Int, highest: Int)

    func float(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Double
    func setFloat(_ feature: AndorFeature, _ camera: AndorHandle, to value: Double) throws(AndorStatus)
    func floatLimits(
        _ feature: AndorFeature,
        _ camera: AndorHandle
    ) throws(AndorStatus) -> (lowest: Double, highest: Double)

    func bool(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Bool
    func setBool(_ feature: AndorFeature, _ camera: AndorHandle, to value: Bool) throws(AndorStatus)

    func string(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> String
    func setString(_ feature: AndorFeature, _ camera: AndorHandle, to value: String) throws(AndorStatus)
    func stringLimit(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int

    func choice(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int
    func setChoice(_ feature: AndorFeature, _ camera: AndorHandle, to index: Int) throws(AndorStatus)
    func choiceCount(_ feature: AndorFeature, _ camera: AndorHandle) throws(AndorStatus) -> Int
    func choiceLabel(_ feature: AndorFeature, _ camera: AndorHandle, at index: Int) throws(AndorStatus) -> String
    /// Whether the camera has a choice of the list at all, and has it with its present settings.
    func hasChoice(_ feature: AndorFeature, _ camera: AndorHandle, at index: Int) throws(AndorStatus) -> Bool

    func perform(_ command: AndorFeature, _ camera: AndorHandle) throws(AndorStatus)

    /// Gives memory for an image, which the SDK then writes until it comes back or is flushed.
    func queue(_ buffer: FrameBuffer, _ camera: AndorHandle) throws(AndorStatus)
    /// The address of the buffer that has been filled, and how much of it.
    func wait(_ camera: AndorHandle, milliseconds: UInt32) throws(AndorStatus) -> (address: UInt, byteCount: Int)
    func flush(_ camera: AndorHandle) throws(AndorStatus)
}
