internal import Devices

/// The state of a device before a trial, and the steps that restore it.
///
/// The device is left disabled in any case.
struct FoundState {
    /// The steps in their order, each taken even if an earlier one failed.
    ///
    /// The first one disables the device.
    let stepsBack: [() throws -> Void]

    init(of device: any Device) throws {
        var steps: [() throws -> Void] = [device.disable]
        // Triggers first: other values of a camera may depend on them.
        if let target = device as? any TriggerTarget { steps.append(try Self.triggers(of: target)) }
        if let camera = device as? any Camera { steps += try Self.images(of: camera) }
        if let light = device as? any LightSource { steps.append(Self.power(of: light)) }
        if let wheel = device as? any FilterWheel { steps.append(try Self.position(of: wheel)) }
        if let stage = device as? any Stage { steps += try stage.axes.map { try Self.position(of: $0.axis) } }
        if let mirror = device as? any DeformableMirror { steps.append(Self.queue(of: mirror)) }
        if let lines = device as? any DigitalIO {
            steps += try (0..<max(0, lines.lineCount)).map { try Self.line($0, of: lines) }
        }
        if let controller = device as? any Controller {
            for (_, device) in controller.devices { steps += try FoundState(of: device).stepsBack }
        }
        stepsBack = steps
    }

    private static func triggers(of target: any TriggerTarget) throws -> () throws -> Void {
        let (type, mode) = (try target.triggerType, try target.triggerMode)
        return {
            guard try target.triggerType != type || target.triggerMode != mode else { return }
            try target.setTrigger(type, mode)
        }
    }

    private static func images(of camera: any Camera) throws -> [() throws -> Void] {
        let (transform, time) = (camera.transforms.client, try camera.exposureTime)
        let (binning, roi) = (try camera.binning, try camera.roi)
        return [
            { camera.transforms.client = transform },
            {
                guard try camera.binning != binning else { return }
                // The present ROI may be too small for this binning.
                _ = try camera.setROI(.whole)
                _ = try camera.setBinning(binning)
            },
            { if try camera.roi != roi { _ = try camera.setROI(roi) } },
            { if try camera.exposureTime != time { try camera.expose(for: time) } },
        ]
    }

    private static func power(of light: any LightSource) -> () throws -> Void {
        let power = light.setPoint
        return { if light.setPoint != power { try light.setPower(power) } }
    }

    private static func position(of wheel: any FilterWheel) throws -> () throws -> Void {
        let position = try wheel.position
        // A wheel that did not know its position stays where it is in the end.
        guard (0..<max(0, wheel.positionCount)).contains(position) else { return {} }
        return { if try wheel.position != position { try wheel.move(to: position).wait() } }
    }

    private static func position(of axis: any StageAxis) throws -> () throws -> Void {
        let position = try axis.position
        return {
            if abs(try axis.position - position) > (try axis.tolerance) { try axis.move(to: position).wait() }
        }
    }

    private static func queue(of mirror: any DeformableMirror) -> () throws -> Void {
        let queue = mirror.patternQueue
        return { mirror.patternQueue = queue }
    }

    private static func line(_ line: Int, of device: any DigitalIO) throws -> () throws -> Void {
        let (isOutput, level) = (try device.isOutput(line), try device.level(of: line))
        return {
            if try device.isOutput(line) != isOutput { try device.setOutput(line, isOutput) }
            if isOutput, try device.level(of: line) != level { try device.setLevel(of: line, level) }
        }
    }
}

extension ROI {
    /// All of the sensor.
    static let whole = ROI(left: 0, top: 0, width: 0, height: 0)
}

extension StageAxis {
    private var range: Double {
        get throws {
            let limits = try limits
            return max(0, limits.upper - limits.lower)
        }
    }

    /// The allowed error of a position: a thousandth of the range.
    var tolerance: Double { get throws { try range / 1000 } }

    /// A hundredth of the range, in the direction in which there is room.
    var step: Double {
        get throws {
            let step = try range / 100
            return try position + step <= limits.upper ? step : -step
        }
    }
}
