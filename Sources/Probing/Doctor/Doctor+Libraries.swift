internal import Devices

/// Vendors' libraries of drivers that are not floating: needed and not there, or unfit. No device is opened.
extension Doctor {
    /// What drivers themselves find wrong with the installations of their vendors' libraries.
    var installations: [Finding] {
        drivers.drivers.flatMap { driver -> [Finding] in
            guard let look = driver.installationFaults else { return [] }
            let isAttached = cameras.contains { $0.drivers.contains(driver.name) }
            let isWanted = wanted.contains { $0.driver.name == driver.name && !$0.isSimulated }
            guard isAttached || isWanted else { return [] }
            return look().map { fault in
                Finding(fault.isProblem ? .problem : .advice, .library, driver.name, fault.text, fault.remedy)
            }
        }
    }

    var otherLibraries: [Finding] {
        drivers.drivers.compactMap { driver in
            guard let load = driver.loadLibrary else { return nil }
            let isAttached = cameras.contains { $0.drivers.contains(driver.name) }
            let isWanted = wanted.contains { $0.driver.name == driver.name && !$0.isSimulated }
            guard isAttached || isWanted else { return nil }
            do {
                try load()
                return nil
            } catch {
                return Finding(
                    .problem,
                    .library,
                    driver.name,
                    "\(error)",
                    "# install the vendor's package, as docs/drivers.md says, then:\nsudo ldconfig"
                )
            }
        }
    }
}
