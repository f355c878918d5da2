public import Devices

/// The drivers of devices that are made of other devices.
public enum Composites {
    public static var drivers: [any ConfigurableDriver] { [Driver.clarityCamera] }
}
