import Devices

/// A turret with four positions that is turned by hand, so that its position is what the user last entered.
final class ManualTurret: FilterWheel {
    let positionCount = 4
    private(set) var position = 0
    let isMoving = false
    var isEnabled = false
    private var objective = "10x"

    func startMove(to position: Int) { self.position = position }

    /// Clients list it, read it and set it; it is restored after a crash.
    var settings: [Setting] {
        [Setting("objective", in: 20, get: { self.objective }, set: { self.objective = $0 })]
    }

    /// A row of its own beside those of a filter wheel, with its answer to the question what a crash leaves of it.
    var remoteMembers: [any RemoteMember] {
        filterWheelMembers
            + [RemoteMethod("mark_clean", restored: .never) { self.objective += " (clean)" }]
    }
}

extension Driver where Configuration == NoOptions {
    /// A row of the list of drivers: its name in configurations, a summary, how to open the device.
    static var manualTurret: Self {
        Driver("manual-turret", "a turret that is turned by hand") { _, _ in ManualTurret() }
    }
}
