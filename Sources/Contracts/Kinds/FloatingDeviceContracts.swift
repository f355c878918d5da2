internal import Devices

/// What every device that is known by a uid must do.
enum FloatingDeviceContracts {
    static let all = [
        Contract("a floating device tells one uid for as long as it is open", enables: true, tellsOneUID)
    ]

    private static func tellsOneUID(device: any FloatingDevice, trial: Trial) throws {
        let uid = device.uid
        if uid.isEmpty { trial.violate("its uid is empty") }
        try device.enable()
        trial.expect("uid after enable", device.uid, is: uid)
        try device.disable()
        trial.expect("uid after disable", device.uid, is: uid)
    }
}
