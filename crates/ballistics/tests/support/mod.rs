//! Launches, and closed forms that more than one method is held to.

use ballistics::Launch;

pub const GRAVITY: f64 = 9.806_65;
/// The round of the regression case at sea level, 1/m.
pub const PER_METRE: f64 = 0.5 * 1.225 * 0.15 * 0.011 / 13.0;

pub fn launch(speed_mps: f64, elevation_deg: f64, azimuth_deg: f64) -> Launch {
    Launch {
        speed_mps,
        elevation_rad: elevation_deg.to_radians(),
        azimuth_rad: azimuth_deg.to_radians(),
    }
}

pub fn close(here: f64, there: f64, relative: f64) {
    assert!(
        (here - there).abs() <= relative * there.abs(),
        "{here} is not {there} to {relative:e}"
    );
}

/// A shot along x in a wind along it, under drag in proportion to the speed through the air.
pub struct Exponentials {
    pub rate_hz: f64,
    pub wind_mps: f64,
    pub launch: Launch,
}

impl Exponentials {
    fn spent_s(&self, time_s: f64) -> f64 {
        -(-self.rate_hz * time_s).exp_m1() / self.rate_hz
    }

    pub fn height_m(&self, time_s: f64) -> f64 {
        let climb_mps = self.launch.speed_mps * self.launch.elevation_rad.sin();
        let fall_mps = GRAVITY / self.rate_hz;
        (climb_mps + fall_mps) * self.spent_s(time_s) - fall_mps * time_s
    }

    pub fn x_m(&self, time_s: f64) -> f64 {
        let level_mps = self.launch.speed_mps * self.launch.elevation_rad.cos();
        self.wind_mps * time_s + (level_mps - self.wind_mps) * self.spent_s(time_s)
    }

    pub fn apex_time_s(&self) -> f64 {
        let climb_mps = self.launch.speed_mps * self.launch.elevation_rad.sin();
        (1.0 + self.rate_hz * climb_mps / GRAVITY).ln() / self.rate_hz
    }

    /// The time of impact by halving, which owes nothing to the crate.
    pub fn impact_time_s(&self) -> f64 {
        let (mut low_s, mut high_s) = (1.0, 200.0);
        for _ in 0..100 {
            let middle_s = 0.5 * (low_s + high_s);
            if self.height_m(middle_s) > 0.0 {
                low_s = middle_s;
            } else {
                high_s = middle_s;
            }
        }
        low_s
    }
}

/// The level speed where a path under drag k v² descends by an angle, rad: with u = v cos e,
/// 1/u² = 1/u₀² + (k/g)(F(e₀) − F(e)), F = sec e tan e + ln(sec e + tan e).
pub fn hodograph_mps(launch: &Launch, descent_rad: f64) -> f64 {
    let curve = |angle: f64| angle.tan() / angle.cos() + (1.0 / angle.cos() + angle.tan()).ln();
    let level_mps = launch.speed_mps * launch.elevation_rad.cos();
    let passed = curve(launch.elevation_rad) + curve(descent_rad);
    (level_mps.powi(-2) + PER_METRE / GRAVITY * passed).powf(-0.5)
}
