import MicroscopeServer

/// A light source of one colour: a lamp and a filter wheel in front of it.
///
/// Both are devices of the configuration, and remain available to other clients.
final class FilteredLamp: LightSource {
    struct Options: Decodable, Sendable {
        var lamp: PartOption<PartLightSource>
        var wheel: PartOption<PartFilterWheel>
        /// The position of the filter, from 0.
        var position: Int
    }

    var isEnabled = false
    var setPoint = 0.0
    private let lamp: PartLightSource
    private let wheel: PartFilterWheel
    private let position: Int

    init(_ options: Options, _ context: DriverContext) throws {
        lamp = try options.lamp.open(context)
        wheel = try options.wheel.open(context)
        position = options.position
        guard (0..<wheel.positionCount).contains(position) else {
            throw DeviceError(.initialise, "the wheel has no position \(position)")
        }
    }

    /// Moves the filter first, then switches the light on.
    func performEnable() throws {
        try lamp.disable()
        try wheel.startMove(to: position)
        try lamp.setPower(setPoint)
        try lamp.enable()
    }

    func performDisable() throws {
        // Light behind another filter belongs to another device.
        guard isEnabled else { return }
        try lamp.disable()
    }

    func performSetPower(_ power: Double) throws { if isEnabled { try lamp.setPower(power) } }
    var measuredPower: Double { get throws { try lamp.power } }
    var isOn: Bool { get throws { try isEnabled && lamp.isOn && wheel.position == position } }
    var status: [String] { get throws { ["filter \(position)"] + (try lamp.status) } }

    var triggerType: TriggerType { .software }
    var triggerMode: TriggerMode { .bulb }
    func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        guard type == .software, mode == .bulb else {
            throw DeviceError(.unsupported, "a filtered lamp has no other trigger than software and bulb")
        }
    }
    func performTrigger() throws { throw DeviceError(.unsupported, "a filtered lamp is switched on by enabling it") }
}

extension Driver where Configuration == FilteredLamp.Options {
    static var filteredLamp: Self {
        Driver("filtered-lamp", "a lamp behind a filter of a wheel") { options, context in
            try FilteredLamp(options, context)
        }
    }
}
