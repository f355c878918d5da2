public import Devices

/// The drivers of controllers with stages, wheels, shutters and lamps on serial lines.
public enum StageControllers {
    public static var drivers: [any ConfigurableDriver] {
        [Driver.proScanIII, Driver.ludlMC2000, Driver.asiMS2000, Driver.zaberDaisyChain]
    }
}
