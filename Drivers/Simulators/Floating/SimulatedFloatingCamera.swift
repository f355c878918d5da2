public import Devices

/// A simulated camera of which only the opened one tells which it is.
public final class SimulatedFloatingCamera: SimulatedCamera, FloatingDevice {
    private let claim: SimulatedCameraClaim

    init(_ claim: SimulatedCameraClaim, _ configuration: SimulatedCamera.Configuration) {
        self.claim = claim
        super.init(configuration)
    }

    public var uid: String { claim.uid }

    public override func performShutdown() { claim.release() }
}
