public import Devices

extension AndorSDK3Camera {
    public var sensorBinning: Binning { get throws { try call { try Area($0).binning } } }

    public func setSensorBinning(_ binning: Binning) throws {
        let roi = try sensorROI
        try acquisition.whilePaused { try place(roi, binning) }
    }

    /// What was asked for, as long as that is what the camera reads; it leaves out joined pixels that are not whole.
    public var sensorROI: ROI {
        get throws {
            let area = try call { try Area($0) }
            if let askedROI, Area(askedROI, area.binning) == area { return askedROI }
            return area.roi
        }
    }

    public func setSensorROI(_ roi: ROI) throws -> Bool {
        try acquisition.whilePaused {
            try place(roi, try Area(camera).binning)
            return try sensorROI == roi
        }
    }

    /// Sets what is read, or leaves it as it was.
    private func place(_ roi: ROI, _ binning: Binning) throws {
        let old = try Area(camera)
        do { try Area(try possible(roi), binning).write(to: camera) } catch {
            try? old.write(to: camera)
            throw error
        }
        askedROI = roi
    }

    /// The rectangle itself, or what of the sensor a camera without free choice shows instead.
    private func possible(_ roi: ROI) throws -> ROI {
        guard try FixedAreas.areAll(of: camera) else { return roi }
        let isPacked = try camera.label("PixelEncoding") == PixelEncoding.mono12Packed.rawValue
        guard let area = FixedAreas.smallest(around: roi, isPacked: isPacked) else {
            throw DeviceError(.unsupported, "\(serialNumber) has no area around \(roi)")
        }
        return area
    }
}
