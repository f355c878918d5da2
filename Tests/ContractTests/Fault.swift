import Contracts
import Devices

/// A device with a fault, and the contract that has to notice it.
struct Fault: Sendable, CustomStringConvertible {
    let description: String
    let device: @Sendable () -> any Device
    let broken: String

    private init(_ description: String, breaks broken: String, _ device: @escaping @Sendable () -> any Device) {
        (self.description, self.broken, self.device) = (description, broken, device)
    }

    static let all = ofDevices + ofWheels + ofLights + ofStages + ofCameras + ofSources + ofSignals + ofOthers

    private static let ofDevices =
        [
            (OddDevice.Fault.isEnabledWhenOpened, "a device is disabled when it has been opened"),
            (.staysEnabled, "a device can be enabled and disabled again and again"),
            (.cannotBeDisabled, "a device can be enabled and disabled again and again"),
            (.isShutDownOnce, "a device is disabled by shutdown, which can be repeated"),
            (.hasNoMembers, "a device has the members of its kind"),
            (.hasAnAttributeThatFails, "a device's attributes can all be read"),
            (.isEnabledByInitialize, "a device can be initialised by clients"),
            (.changesItsUID, "a floating device has one uid while it is open"),
        ].map { fault, broken in Fault("device \(fault)", breaks: broken) { OddDevice(fault) } }
        + [
            (OddSettings.Fault.forgets, "a device's settings can be sent back unchanged"),
            (.changesItsLimits, "a device's settings are described as clients expect"),
            (.changesItsLimits, "a device refuses invalid values of its settings, and keeps their values"),
            (.lacksAChoice, "a device's settings can be each of the choices offered"),
        ].map { fault, broken in Fault("settings \(fault)", breaks: broken) { OddSettings(fault) } }

    private static let ofWheels = [
        (OddWheel.Fault.stopsShort, "a filter wheel goes to each of its positions"),
        (.sticks, "a filter wheel goes to each of its positions"),
        (.passesOthers, "a filter wheel can be watched while it moves"),
        (.startsBeyond, "a filter wheel stands at one of its positions"),
    ].map { fault, broken in Fault("wheel \(fault)", breaks: broken) { OddWheel(fault) } }

    private static let ofLights = [
        (OddLight.Fault.isOnWhenOpened, "a light source is off when it has been opened"),
        (.isSilent, "a light source reports its status in words"),
        (.shinesWhenPowerIsSet, "a light source remembers the power that was set while it is off, and stays off"),
        (.staysOn, "a light source is on while it is enabled, and off at once after disable"),
        (.staysDark, "a light source is on while it is enabled, and off at once after disable"),
        (.isWeak, "a light source gives the power that was set"),
        (.staysOnAfterShutdown, "a light source is off after shutdown"),
    ].map { fault, broken in Fault("light \(fault)", breaks: broken) { OddLight(fault) } }

    private static let ofStages = [
        (OddStage.Fault.returnsEarly, "a stage has arrived when a call that moves it returns"),
        (.drags, "a stage's axis moves alone"),
        (.homesUnasked, "a stage stays where it is when enabled, if it says so"),
        (.passesItsLimits, "a stage does not move beyond its limits"),
        (.hasAxesOfOneName, "a stage reports the position and the limits of each axis"),
        (.isLost, "a stage stands within its limits"),
    ].map { fault, broken in Fault("stage \(fault)", breaks: broken) { OddStage(fault) } }

    private static let ofCameras = [
        (OddCamera.Fault.losesQuickTriggers, "a camera gives one image for each trigger, however soon they come"),
        (.sendsTwoForOne, "a camera gives one image for each trigger, however soon they come"),
        (.takesTriggersBeforeEnable, "a camera ignores triggers before enable"),
        (.stopsForGood, "a camera takes images again after disable and after abort"),
        (.forgetsBinning, "a camera's image has the size of the ROI divided by the binning"),
        (.forgetsROI, "a camera's ROI can be set to what it is"),
        (.losesROI, "a camera's ROI can be set to all of the sensor"),
        (.losesROI, "a camera's image is of the whole sensor by default"),
        (.exposesForAnotherTime, "a camera exposes for the time that was set, and its cycle is not shorter"),
        (.readsOutInNoTime, "a camera exposes for the time that was set, and its cycle is not shorter"),
        (.changesWhatItRefuses, "a device has the trigger that was set, or refuses it and keeps its own"),
        (.forgetsTriggers, "a device has the trigger that was set, or refuses it and keeps its own"),
    ].map { fault, broken in Fault("camera \(fault)", breaks: broken) { OddCamera(fault) } }

    private static let ofSources = [
        (OddCamera.Fault.sendsAfterDisable, "a device sends nothing while it is disabled"),
        (.sendsAfterAbort, "a device sends nothing after abort"),
        (.hasAWrongClock, "data have the time at which they were taken"),
        (.changesItsSource, "a device's data come from one source while it is open"),
        (.waitsForNothing, "a wait for data that do not come lasts until its limit"),
        (.losesWhatIsInterrupted, "an interruption loses no data"),
    ].map { fault, broken in Fault("camera \(fault)", breaks: broken) { OddCamera(fault) } }

    private static let ofSignals =
        [
            (OddLines.Fault.forgetsLevels, "a digital I/O's outputs keep the level that was written"),
            (.readsAnotherLine, "a digital I/O's lines are written and read together"),
            (
                .forgetsDirections,
                "a digital I/O's outputs can be made inputs and outputs again, or say that they cannot"
            ),
            (.sendsNumbers, "a digital I/O sends changes as a line and its level"),
        ].map { fault, broken in Fault("lines \(fault)", breaks: broken) { OddLines(fault) } }
        + [
            (OddSensors.Fault.lacksOne, "a value logger returns a number for each sensor"),
            (.sendsNoNumber, "a value logger sends lists of a number for each sensor"),
        ].map { fault, broken in Fault("sensors \(fault)", breaks: broken) { OddSensors(fault) } }

    private static let ofOthers =
        [
            (OddMirror.Fault.hasNoActuators, "a deformable mirror reports how many actuators it has"),
            (.refusesPatterns, "a deformable mirror takes patterns, and steps through a queue of them"),
            (.losesItsQueue, "a deformable mirror refuses invalid patterns, and keeps its queue"),
        ].map { fault, broken in Fault("mirror \(fault)", breaks: broken) { OddMirror(fault) } }
        + [
            (OddController.Fault.makesDevicesAnew, "a controller's devices are the same while it is open"),
            (.hasNone, "a controller's devices are the same while it is open"),
            (.leavesThemOn, "a controller's shutdown disables its devices"),
        ].map { fault, broken in Fault("controller \(fault)", breaks: broken) { OddController(fault) } }
}
