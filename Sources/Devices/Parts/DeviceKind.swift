/// The kinds of devices, as an error message calls them.
public enum DeviceKind: String, Sendable, CaseIterable {
    case camera
    case lightSource = "light source"
    case filterWheel = "filter wheel"
    case stage
    case deformableMirror = "deformable mirror"
    case controller
    case valueLogger = "value logger"
    case digitalIO = "digital I/O"
    /// Of none of the other kinds.
    case other = "device"

    /// The kind of a driver's devices.
    public init(of type: any Device.Type) {
        self =
            switch type {
            case is any Camera.Type: .camera
            case is any LightSource.Type: .lightSource
            case is any FilterWheel.Type: .filterWheel
            case is any Stage.Type: .stage
            case is any DeformableMirror.Type: .deformableMirror
            case is any Controller.Type: .controller
            case is any ValueLogger.Type: .valueLogger
            case is any DigitalIO.Type: .digitalIO
            default: .other
            }
    }
}
