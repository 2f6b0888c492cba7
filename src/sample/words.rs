//! The words of the sample: invented, and of no person or place in particular.

pub(super) const SURNAMES: &[&str] =
    &["张", "王", "李", "赵", "刘", "陈", "杨", "黄", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何", "林"];

pub(super) const REGULAR_THEMES: &[&str] = &[
    "示范点提升",
    "基层减负落实",
    "党员教育培训",
    "社区治理难题会商",
    "三单推进情况",
    "阵地功能完善",
    "两新组织覆盖",
    "老旧小区服务",
    "志愿服务项目",
    "重点任务排名通报",
];

pub(super) const THEME_DAYS: &[&str] =
    &["主题党日：入户走访", "主题党日：清洁家园", "主题党日：参观红色基地", "主题党日：政策宣讲", "主题党日：结对帮扶"];

pub(super) const GROUP_MEETINGS: &[&str] = &["学习与分工", "党小组工作小结", "党员联系群众情况交流", "月度学习讨论"];

pub(super) const COMMITTEE_MEETINGS: &[&str] = &["研究本月工作安排", "研究发展党员事项", "研究经费使用", "研究党员诉求办理"];

pub(super) const GENERAL_MEETINGS: &[&str] = &["季度工作报告", "讨论预备党员转正", "通报支部工作", "民主评议准备"];

pub(super) const LESSONS: &[&str] = &["书记讲党课", "先进典型事迹", "基层治理实务", "党章学习"];

pub(super) const LIFE_MEETINGS: &[&str] = &["年度组织生活会"];

pub(super) const JOINT_MEETINGS: &[&str] = &["共驻共建联席会议", "大事共议：停车难", "大事共议：养老助餐", "资源清单对接"];

pub(super) const PROBLEMS: &[&str] = &[
    "党群服务中心标识缺失",
    "小区停车秩序混乱",
    "党员活动室设备老化",
    "流动党员联系不畅",
    "楼院长配备不齐",
    "宣传栏内容未及时更新",
    "养老助餐点服务时间短",
    "物业矛盾久拖未决",
    "会议记录不规范",
    "示范岗作用发挥不明显",
];

pub(super) const TASKS: &[&str] = &[
    "完成党员信息核对",
    "建成一处示范点",
    "组织党务培训",
    "完善三项清单",
    "排查软弱涣散支部",
    "更新党务公开栏",
    "开展入户走访",
    "落实结对共建协议",
    "组建志愿服务队",
    "完成经费使用自查",
];

pub(super) const CO_BUILDING: &[&str] = &["共享会议室和停车位", "联合开展义诊", "共建社区书屋", "开放单位食堂助餐", "联合开展暑期托管"];

pub(super) const PROMISES: &[&str] =
    &["每月入户走访十户", "帮助解决一件邻里难题", "参加志愿服务二十小时", "完成阵地改造", "结对帮扶一户家庭", "推动共建项目落地"];

pub(super) const ABSENCES: &[&str] = &["因公出差", "病假", "参加上级会议", "值班"];
